/** Which octets may stand where (RFC 9051 §9, RFC 3501 §9): one table of bits, so that a test is a look-up. */

/** ATOM-CHAR. */
export const ATOM = 1;
/** ASTRING-CHAR: an atom's, and `]`. */
export const ASTRING = 2;
/** list-char: an astring's, and the wildcards. */
export const LIST = 4;
/** A tag's: an astring's without `+`. */
export const TAG = 8;
/** Letters, digits, `.`, `-` and `_`: what names of commands, items and keys are made of. */
export const WORD = 16;
/** DIGIT. */
export const DIGIT = 32;
/** What stands in a quoted string as itself; beyond ASCII it also has to be UTF-8. */
export const QUOTED = 64;

const classes = Uint8Array.from({ length: 256 }, (_, octet) => classesOf(octet));

function classesOf(octet: number): number {
  const character = String.fromCharCode(octet);
  // TEXT-CHAR is any CHAR but CR and LF, and CHAR is not NUL.
  let found = /[^\0\r\n"\\]/.test(character) ? QUOTED : 0;
  // CTL and SP are no part of words, nor is what is not ASCII.
  if (octet < 0x21 || octet > 0x7e || /[(){"\\]/.test(character)) return found;
  found |= LIST;
  if (/[%*]/.test(character)) return found;
  found |= character === "+" ? ASTRING : ASTRING | TAG;
  if (character !== "]") found |= ATOM;
  if (/[\w.-]/.test(character)) found |= WORD;
  if (/\d/.test(character)) found |= DIGIT;
  return found;
}

/** Whether an octet is of one of these classes. */
export function isOf(octet: number | undefined, wanted: number): boolean {
  return octet !== undefined && ((classes[octet] ?? 0) & wanted) !== 0;
}
