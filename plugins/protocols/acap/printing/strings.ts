/** Strings of responses (RFC 2244 §2.6.3): what is printed is octets, one a character. */
import type { Octets } from "../octets.ts";
import { octetsOf, textOf } from "../octets.ts";

/** RFC 2244 §2.6.3: octets between the quotes. */
const LONGEST_QUOTED = 1024;
const notQuotable = /[\0\r\n]/;

/** A quoted string where it can be one, else a literal. */
export function printString(octets: Octets): Octets {
  const quoted = octets.replace(/["\\]/g, "\\$&");
  // RFC 2244 §8: a quoted string is UTF-8.
  const isText = octetsOf(textOf(octets)) === octets;
  return quoted.length > LONGEST_QUOTED || notQuotable.test(octets) || !isText ? printLiteral(octets) : `"${quoted}"`;
}

/** A literal. */
export function printLiteral(octets: Octets): Octets {
  return `{${octets.length}}\r\n${octets}`;
}

/** A name. */
export function printName(text: string): Octets {
  return printString(octetsOf(text));
}
