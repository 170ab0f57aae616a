/** Filters as people write them (RFC 4515), to the octets that are sent (RFC 4511 §4.5.1). Nothing of the server's is used. */
import { element, joined, string } from "./ber_notation.ts";

/** The octets of a filter, and where its text ends. @throws SyntaxError. */
export function readFilterText(text: string, start = 0): { readonly octets: Uint8Array; readonly end: number } {
  if (text[start] !== "(") throw new SyntaxError(`no filter: ${text.slice(start)}`);
  const mark = text[start + 1] ?? "";
  if (!"&|!".includes(mark)) return readItem(text, start);
  const parts: Uint8Array[] = [];
  let at = start + 2;
  while (text[at] === "(") {
    const part = readFilterText(text, at);
    parts.push(part.octets);
    at = part.end;
  }
  if (text[at] !== ")" || mark === "!" && parts.length !== 1) throw new SyntaxError(`no filter: ${text.slice(at)}`);
  return { octets: element({ "&": 0xa0, "|": 0xa1, "!": 0xa2 }[mark] ?? 0, joined(parts)), end: at + 1 };
}

const tags: Readonly<Record<string, number>> = { "=": 0xa3, ">=": 0xa5, "<=": 0xa6, "~=": 0xa8 };

function readItem(text: string, start: number): { readonly octets: Uint8Array; readonly end: number } {
  const item = /\(([^=:~<>()*]*)((?::[^=()]*)?:=|[~<>]?=)([^()]*)\)/y;
  item.lastIndex = start;
  const [, attribute = "", operator = "", value = ""] = item.exec(text) ?? [];
  if (operator === "") throw new SyntaxError(`no filter: ${text.slice(start)}`);
  return { octets: itemOctets(attribute, operator, value), end: item.lastIndex };
}

function itemOctets(attribute: string, operator: string, value: string): Uint8Array {
  if (operator.endsWith(":=")) return extensible(attribute, operator, value);
  if (operator !== "=" || !value.includes("*")) {
    return element(tags[operator] ?? 0, joined([string(attribute), string(unescaped(value))]));
  }
  if (value === "*") return string(attribute, 0x87);
  const pieces = value.split("*").map(unescaped);
  const parts = pieces.flatMap((piece, at) => {
    if (piece.length === 0) return [];
    return [string(piece, at === 0 ? 0x80 : at === pieces.length - 1 ? 0x82 : 0x81)];
  });
  return element(0xa4, joined([string(attribute), element(0x30, joined(parts))]));
}

/** `[attribute][:dn][:rule]:=value`. */
function extensible(attribute: string, operator: string, value: string): Uint8Array {
  const [first, ...more] = operator.slice(1, -2).split(":").filter((part) => part !== "");
  const hasDn = first === "dn";
  const rule = hasDn ? more[0] : first;
  return element(
    0xa9,
    joined([
      ...rule === undefined ? [] : [string(rule, 0x81)],
      ...attribute === "" ? [] : [string(attribute, 0x82)],
      string(unescaped(value), 0x83),
      ...hasDn ? [Uint8Array.of(0x84, 1, 0xff)] : [],
    ]),
  );
}

/** §3: a backslash and two digits are an octet. */
function unescaped(value: string): Uint8Array {
  const parts = value.match(/\\[0-9A-Fa-f]{2}|[^\\]+/g) ?? [];
  if (parts.join("") !== value) throw new SyntaxError(`no value: ${value}`);
  return joined(
    parts.map((part) => part.startsWith("\\") ? Uint8Array.fromHex(part.slice(1)) : new TextEncoder().encode(part)),
  );
}

/** An octet string as it is written in a filter. */
export function escaped(value: Uint8Array): string {
  return [...value].map((octet) =>
    octet >= 0x20 && octet < 0x7f && !"*()\\".includes(String.fromCharCode(octet))
      ? String.fromCharCode(octet)
      : `\\${octet.toString(16).padStart(2, "0")}`
  ).join("");
}
