/**
 * BER in a notation that people read, after that of ASN.1, to octets and back; nothing of the server's is used, so that it
 * is a second opinion of what they mean:
 *
 * `{ … }` SEQUENCE, `set { … }`, `"text"` and `'hex'H` OCTET STRING, `7` INTEGER, `TRUE`, `FALSE`, `NULL` (nothing),
 * `success`, `wholeSubtree` and the like ENUMERATED, `[0] x` the same under a context-specific tag, `bindRequest x` under
 * that of an operation, `(cn=al*)` a filter of RFC 4515.
 */
import { readFilterText } from "./filter_text.ts";

/** RFC 4511 §4.1.1: [APPLICATION n]. */
const operations: Readonly<Record<string, number>> = {
  ...{ bindRequest: 0, bindResponse: 1, unbindRequest: 2, searchRequest: 3, searchResEntry: 4, searchResDone: 5 },
  ...{ modifyRequest: 6, modifyResponse: 7, addRequest: 8, addResponse: 9, delRequest: 10, delResponse: 11 },
  ...{ modDNRequest: 12, modDNResponse: 13, compareRequest: 14, compareResponse: 15, abandonRequest: 16 },
  ...{ searchResRef: 19, extendedReq: 23, extendedResp: 24 },
};

/** RFC 4511 §4.1.9. */
const resultCodes: Readonly<Record<string, number>> = {
  ...{ success: 0, operationsError: 1, protocolError: 2, timeLimitExceeded: 3, sizeLimitExceeded: 4, compareFalse: 5 },
  ...{ compareTrue: 6, authMethodNotSupported: 7, strongerAuthRequired: 8, referral: 10, adminLimitExceeded: 11 },
  ...{ unavailableCriticalExtension: 12, confidentialityRequired: 13, saslBindInProgress: 14, noSuchAttribute: 16 },
  ...{ undefinedAttributeType: 17, noSuchObject: 32, invalidDNSyntax: 34, inappropriateAuthentication: 48 },
  ...{ invalidCredentials: 49, insufficientAccessRights: 50, busy: 51, unavailable: 52, unwillingToPerform: 53 },
};

/** RFC 4511 §4.5.1. */
const choices: Readonly<Record<string, number>> = {
  ...{ baseObject: 0, singleLevel: 1, wholeSubtree: 2 },
  ...{ neverDerefAliases: 0, derefInSearching: 1, derefFindingBaseObj: 2, derefAlways: 3 },
};

const CONSTRUCTED = 0x20;
const token = /\s*(?:("(?:[^"\\]|\\.)*")|'([0-9A-Fa-f]*)'H|\[(\d+)\]|(\d+)|([A-Za-z]+)|([{}(]))/y;

/** The octets of an element: its identifier, the length as short as it can be, and the content. */
export function element(tag: number, content: Uint8Array): Uint8Array {
  const length = content.length;
  const digits = length.toString(16);
  const more = length < 0x80 ? [] : Uint8Array.fromHex(digits.length % 2 === 0 ? digits : `0${digits}`);
  const octets = new Uint8Array(2 + more.length + length);
  octets.set([tag, more.length === 0 ? length : 0x80 | more.length, ...more]);
  octets.set(content, 2 + more.length);
  return octets;
}

/** An INTEGER or ENUMERATED. */
export function number(value: number, tag = 0x02): Uint8Array {
  const octets = value.toString(16).length % 2 === 0 ? value.toString(16) : `0${value.toString(16)}`;
  return element(tag, Uint8Array.fromHex(parseInt(octets.slice(0, 2), 16) > 0x7f ? `00${octets}` : octets));
}

/** A text, or octets. */
export function string(value: string | Uint8Array, tag = 0x04): Uint8Array {
  return element(tag, typeof value === "string" ? new TextEncoder().encode(value) : value);
}

/** Octets of several, one after another. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const octets = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    octets.set(part, at);
    at += part.length;
  }
  return octets;
}

/** The octets of what a text says. */
export function ber(text: string): Uint8Array {
  const reader = new NotationReader(text);
  const octets = reader.value();
  reader.end();
  return octets;
}

class NotationReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): Uint8Array {
    const [, quoted, hex, tag, digits, word, mark] = this.#next();
    if (quoted !== undefined) return string(JSON.parse(quoted));
    if (hex !== undefined) return string(Uint8Array.fromHex(hex));
    if (tag !== undefined) return this.#tagged(0x80 | Number(tag));
    if (digits !== undefined) return number(Number(digits));
    if (mark === "{") return element(0x30, this.#elements());
    if (mark === "(") return this.#filter();
    return this.#word(word ?? "");
  }

  end(): void {
    if (this.#text.slice(this.#at).trim() !== "") throw this.#wrong();
  }

  #word(word: string): Uint8Array {
    if (word === "TRUE") return Uint8Array.of(1, 1, 0xff);
    if (word === "FALSE") return Uint8Array.of(1, 1, 0);
    if (word === "NULL") return Uint8Array.of(5, 0);
    if (word === "set") return Uint8Array.of(0x31, ...this.value().slice(1));
    const operation = operations[word], enumerated = resultCodes[word] ?? choices[word];
    if (operation !== undefined) return this.#tagged(0x40 | operation);
    if (enumerated === undefined) throw this.#wrong();
    return number(enumerated, 0x0a);
  }

  #tagged(tag: number): Uint8Array {
    const octets = this.value();
    octets[0] = tag | (octets[0] ?? 0) & CONSTRUCTED;
    return octets;
  }

  #elements(): Uint8Array {
    const parts: Uint8Array[] = [];
    while (!/^\s*\}/.test(this.#text.slice(this.#at))) parts.push(this.value());
    this.#next();
    return joined(parts);
  }

  #filter(): Uint8Array {
    const { octets, end } = readFilterText(this.#text, this.#at - 1);
    this.#at = end;
    return octets;
  }

  #next(): RegExpExecArray {
    token.lastIndex = this.#at;
    const found = token.exec(this.#text);
    if (found === null) throw this.#wrong();
    this.#at = token.lastIndex;
    return found;
  }

  #wrong(): SyntaxError {
    return new SyntaxError(`no BER is written here: ${this.#text.slice(this.#at, this.#at + 40)}`);
  }
}

/** How octets are written, for people who want to know what went wrong. */
export function notation(octets: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < octets.length;) {
    const tag = octets[at] ?? 0, first = octets[at + 1] ?? 0, more = first < 0x80 ? 0 : first & 0x7f;
    const content = at + 2 + more;
    const end = content + (more === 0 ? first : parseInt(octets.slice(at + 2, content).toHex(), 16));
    parts.push(printed(tag, octets.slice(content, end)));
    at = end;
  }
  return parts.join(" ");
}

function printed(tag: number, content: Uint8Array): string {
  const nameOf = (table: Readonly<Record<string, number>>, number: number) =>
    Object.entries(table).find(([, one]) => one === number)?.[0] ?? `[? ${number}]`;
  const outer = (tag & 0xc0) === 0x40
    ? `${nameOf(operations, tag & 0x1f)} `
    : (tag & 0xc0) === 0x80
    ? `[${tag & 0x1f}] `
    : tag === 0x31
    ? "set "
    : "";
  if ((tag & CONSTRUCTED) !== 0) return `${outer}{ ${notation(content)} }`;
  if (tag === 0x02) return parseInt(content.toHex(), 16).toString();
  if (tag === 0x01) return content[0] === 0 ? "FALSE" : "TRUE";
  if (tag === 0x0a) return nameOf(resultCodes, parseInt(content.toHex(), 16));
  const text = new TextDecoder().decode(content);
  return outer + (/\ufffd|\p{Cc}/u.test(text) ? `'${content.toHex()}'H` : JSON.stringify(text));
}
