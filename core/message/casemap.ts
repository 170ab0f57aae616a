/**
 * Collations that IMAP compares text with: i;ascii-casemap (RFC 4790 §9.2) and i;unicode-casemap (RFC 5051). Each makes
 * a key of a text: texts are equal when their keys are, one contains another when its key does, and they are ordered as
 * `compareKeys` orders their keys.
 */

/** Makes the key of a text. */
export type Collation = (text: string) => string;

const notAscii = /[\u0080-\uffff]/;

/**
 * Characters whose title case in UnicodeData.txt is not what `toUpperCase` gives: the digraphs, Georgian, and those that
 * become several characters there (SpecialCasing.txt, of which RFC 5051 knows nothing).
 */
const specials = String.raw`\u00df\u0149\u01c4-\u01cc\u01f0-\u01f3\u0390\u03b0\u0587\u10d0-\u10ff\u1e96-\u1e9a` +
  String.raw`\u1f50-\u1f56\u1f80-\u1faf\u1fb2-\u1ffc\ufb00-\ufb17`;
const special = new RegExp(`[${specials}]`);
const specialOrOthers = new RegExp(`[${specials}]|[^${specials}]+`, "g");

/** RFC 4790 §9.2.1: ASCII letters in upper case; others as they are. */
export function asciiCasemap(text: string): string {
  return notAscii.test(text) ? text.replace(/[a-z]+/g, (letters) => letters.toUpperCase()) : text.toUpperCase();
}

/**
 * RFC 5051 §2: every code point in title case, then decomposed. Octets that no charset could be found for have been read
 * as one character each long before, which orders them as step (1)(b) does.
 */
export function unicodeCasemap(text: string): string {
  if (!notAscii.test(text)) return text.toUpperCase();
  // RFC 5051 §4, point 2: a library's Normalization Form KD may be used.
  return titlecased(text).normalize("NFKD");
}

/** The order of i;octet (RFC 4790 §9.3) for texts in UTF-8, which is that of their code points. */
export function compareKeys(left: string, right: string): number {
  if (left === right) return 0;
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at++) {
    const a = left.charCodeAt(at), b = right.charCodeAt(at);
    // RFC 5051 §2, the note: units of UTF-16 are in another order, surrogates before U+E000 to U+FFFF.
    if (a !== b) return rank(a) - rank(b);
  }
  return left.length - right.length;
}

function titlecased(text: string): string {
  if (!special.test(text)) return text.toUpperCase();
  return text.replace(
    specialOrOthers,
    (piece) => special.test(piece) ? titlecaseOfSpecial(piece) : piece.toUpperCase(),
  );
}

/** The property Simple_Titlecase_Mapping of one such character. */
function titlecaseOfSpecial(character: string): string {
  const code = character.charCodeAt(0);
  // Each digraph stands three times: upper, title and lower case.
  if (code >= 0x1c4 && code <= 0x1cc) return String.fromCharCode(0x1c5 + Math.floor((code - 0x1c4) / 3) * 3);
  if (code >= 0x1f1 && code <= 0x1f3) return "\u01f2";
  if (code >= 0x10d0 && code <= 0x10ff) return character;
  // Greek small letters with iota below have capitals of their own; the capitals are in title case already.
  if (code >= 0x1f80 && code <= 0x1faf) return String.fromCharCode(code | 8);
  if (code === 0x1fb3 || code === 0x1fc3 || code === 0x1ff3) return String.fromCharCode(code + 9);
  const upper = character.toUpperCase();
  // What becomes several characters there has no title case here.
  return upper.length === 1 ? upper : character;
}

function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
