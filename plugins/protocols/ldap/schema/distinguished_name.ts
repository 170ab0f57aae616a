/** Names of entries (RFC 4514): read, printed, and compared by keys. Pure. */
import { decodeUtf8, encodeUtf8 } from "../../../../core/wire/utf8.ts";
import { attributeType } from "./attribute_types.ts";
import { prepare } from "./string_preparation.ts";

/** An attribute and its value. */
export interface Assertion {
  /** As it was written. */
  readonly type: string;
  /** Without escapes. */
  readonly value: string;
}

/** A relative name: one assertion, or several that go together. */
export type RelativeName = readonly [Assertion, ...Assertion[]];

/** A name: the entry's own part first. Empty: the root. */
export type DistinguishedName = readonly RelativeName[];

/** Octets of a name: none of ours is as long. */
const longest = 4096;

/** §3: descr or numericoid. Blanks around it are RFC 2253's, whose clients are still there. */
const typeEquals = /^ *([A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)+) *= */;
/** A pair of digits, or what stands for itself. */
const escape = /^\\(?:([0-9A-Fa-f]{2})|([ "#+,;<=>\\]))/;
/** §3: stringchar, and what RFC 2253 lets stand in quotes. */
const plain = /^[^"+,;<>\\\0]/u;

/** Reads a name; undefined for what is none. */
export function readDistinguishedName(text: string): DistinguishedName | undefined {
  if (text.length > longest) return undefined;
  if (text.trim() === "") return [];
  const names: RelativeName[] = [];
  let rest = text, separator: string | undefined = ",";
  let together: Assertion[] = [];
  while (separator !== undefined) {
    const [before = "", type] = typeEquals.exec(rest) ?? [];
    const read = type === undefined ? undefined : readValue(rest.slice(before.length));
    if (type === undefined || read === undefined) return undefined;
    together.push({ type, value: read.value });
    separator = read.rest[0];
    rest = read.rest.slice(1);
    if (separator === "+") continue;
    const [first, ...others] = together;
    if (first !== undefined) names.push([first, ...others]);
    together = [];
  }
  return names;
}

/** A value, and what follows it, beginning with its separator. */
function readValue(text: string): { readonly value: string; readonly rest: string } | undefined {
  const [hex, digits] = /^#((?:[0-9A-Fa-f]{2})+) */.exec(text) ?? [];
  if (hex !== undefined && digits !== undefined) return ended(decodeHex(digits), text.slice(hex.length));
  // §3: a leading "#" is nothing else.
  if (text.startsWith("#")) return undefined;
  const octets: number[] = [];
  // Blanks at the end are part of a value only where they are escaped.
  let kept = 0, rest = text;
  while (rest !== "" && !/^[+,;]/.test(rest)) {
    const [escaped, pair, special] = escape.exec(rest) ?? [];
    const character = escaped ?? plain.exec(rest)?.[0];
    if (character === undefined) return undefined;
    if (pair !== undefined) octets.push(parseInt(pair, 16));
    else octets.push(...encodeUtf8(special ?? character));
    if (character !== " ") kept = octets.length;
    rest = rest.slice(character.length);
  }
  return ended(decodeUtf8(Uint8Array.from(octets.slice(0, kept))), rest);
}

/** RFC 2253 §4 parts names by semicolons too. */
function ended(value: string | undefined, rest: string): { readonly value: string; readonly rest: string } | undefined {
  return value === undefined || !/^(?:$|[+,;])/.test(rest) ? undefined : { value, rest };
}

/** §2.4: BER of a string, in hexadecimal digits. Only short ones: nothing that has a name here has a longer one. */
function decodeHex(digits: string): string | undefined {
  const [tag = 0, length, ...content] = (digits.match(/../g) ?? []).map((pair) => parseInt(pair, 16));
  const isString = [0x04, 0x0c, 0x13, 0x16].includes(tag) && content.length === length && length < 0x80;
  return isString ? decodeUtf8(Uint8Array.from(content)) : undefined;
}

/** Prints what {@linkcode readDistinguishedName} reads. */
export function printDistinguishedName(name: DistinguishedName): string {
  return name.map((relative) => relative.map(({ type, value }) => `${type}=${printValue(value)}`).join("+")).join(",");
}

/** §2.4. Control characters are escaped too, so that they are seen. */
function printValue(value: string): string {
  const escaped = value.replace(
    // deno-lint-ignore no-control-regex -- control characters are what is escaped
    /[\0-\x1f\x7f"+,;<>\\]/g,
    (character) => character < " " || character === "\x7f" ? hexPair(character) : `\\${character}`,
  );
  return escaped.replace(/^[ #]| $/g, "\\$&");
}

function hexPair(character: string): string {
  return `\\${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
}

/** What two relative names have in common exactly where they are the same (RFC 4517 §4.2.15). */
export function relativeKey(name: RelativeName): string {
  const keys = name.map(({ type, value }) => {
    const known = attributeType(type)?.names[0] ?? type.toLowerCase();
    // What cannot be prepared is like nothing but itself.
    return JSON.stringify([known, prepare(value, true) ?? value]);
  });
  return keys.sort().join("+");
}

/** The keys of a name's parts. */
export function keysOf(name: DistinguishedName): readonly string[] {
  return name.map(relativeKey);
}

/** How many parts a name has below another; undefined where it is not below it. 0: it is that name. */
export function depthBelow(name: readonly string[], above: readonly string[]): number | undefined {
  const depth = name.length - above.length;
  return depth >= 0 && above.every((key, at) => name[depth + at] === key) ? depth : undefined;
}
