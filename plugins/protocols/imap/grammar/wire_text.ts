/**
 * How printers of commands write values: as text with one character an octet, U+0000 to U+00FF (`latin1Bytes` makes the
 * octets). Whatever comes out, the parsers read as the same value.
 */
import { latin1 } from "../../../../core/wire/ascii.ts";
import { decodeUtf8, encodeUtf8 } from "../../../../core/wire/utf8.ts";
import { ASTRING, isOf, LIST } from "./octet_classes.ts";

/** Text with one character an octet. */
export type WireText = string;

/** Octets without NUL as an atom where they can be one, or as a string. */
export function printAstring(octets: Uint8Array): WireText {
  return isAllOf(octets, ASTRING) ? latin1(octets) : printString(octets);
}

/** The same of a text, in UTF-8. */
export function printText(text: string): WireText {
  return printAstring(encodeUtf8(text));
}

/** Octets without NUL as a pattern: wildcards stand for themselves (RFC 9051 §9, list-mailbox). */
export function printListMailbox(octets: Uint8Array): WireText {
  return isAllOf(octets, LIST) ? latin1(octets) : printString(octets);
}

/** Octets without NUL: quoted where they can be, or as a literal. */
export function printString(octets: Uint8Array): WireText {
  const text = latin1(octets);
  if (/[\0\r\n]/.test(text) || decodeUtf8(octets) === undefined) return `{${octets.length}}\r\n${text}`;
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

/** Any octets (RFC 4466 §6). */
export function printLiteral8(octets: Uint8Array): WireText {
  return `~{${octets.length}}\r\n${latin1(octets)}`;
}

/** Items in parentheses. */
export function printList(items: readonly WireText[]): WireText {
  return `(${items.join(" ")})`;
}

function isAllOf(octets: Uint8Array, classes: number): boolean {
  return octets.length > 0 && octets.every((octet) => isOf(octet, classes));
}
