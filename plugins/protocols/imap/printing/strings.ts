/**
 * Strings of responses (RFC 3501 §4.3, RFC 9051 §4.3). What is printed is text, literals included: whoever sends it
 * encodes it as UTF-8 (`response_builder.ts`), and the count of a literal is of those octets.
 */

/** How strings may be written to a client. */
export interface StringMode {
  /** Whether quoted strings may hold UTF-8: after ENABLE of IMAP4rev2 (RFC 9051 §4.3) or UTF8=ACCEPT (RFC 6855 §3). */
  readonly utf8: boolean;
}

/** What stands in a quoted string as it is, and most strings are made of: printable ASCII but `"` and `\`. */
const notPlain = /[^ !#-[\]-~]/;
const lineEnd = /[\r\n]/;
const notAscii = /[\u0080-\uffff]/;
/** RFC 3501 §9, ASTRING-CHAR. */
const atom = /^[!#$&'+,\-./0-9:;<=>?@A-Z[\]^_`a-z|}~]+$/;

/** `string`: a quoted string where it can be one, else a literal. A NUL, which neither may hold, becomes a space. */
export function printString(text: string, mode: StringMode): string {
  return notPlain.test(text) ? printSpecial(text, mode) : `"${text}"`;
}

/** `nstring`: NIL for what is absent. */
export function printNstring(text: string | undefined, mode: StringMode): string {
  return text === undefined ? "NIL" : printString(text, mode);
}

/** `astring`: an atom where it can be one. */
export function printAstring(text: string, mode: StringMode): string {
  // An atom NIL is an astring by the letter; readers that are less exact take it for an absent one.
  return atom.test(text) && text.toUpperCase() !== "NIL" ? text : printString(text, mode);
}

/** `literal`. */
export function printLiteral(text: string): string {
  return `{${utf8Size(text)}}\r\n${text}`;
}

/** Octets of a text in UTF-8; a surrogate without its other half counts as the U+FFFD that is sent for it. */
export function utf8Size(text: string): number {
  let size = text.length;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) continue;
    size += unit < 0x800 ? 1 : 2;
    // Two units, each counted, make four octets.
    if (unit >= 0xd800 && unit < 0xdc00 && isLowSurrogate(text.charCodeAt(at + 1))) at++;
  }
  return size;
}

function printSpecial(text: string, { utf8 }: StringMode): string {
  // RFC 9051 §4.3.1: a string with NUL is binary, and only a literal8 may hold it.
  const clean = text.replaceAll("\0", " ");
  if (lineEnd.test(clean) || (!utf8 && notAscii.test(clean))) return printLiteral(clean);
  return `"${clean.replace(/["\\]/g, "\\$&")}"`;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}
