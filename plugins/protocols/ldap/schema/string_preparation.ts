/** Strings prepared for comparison (RFC 4518): what people take for the same becomes the same. Pure. */

/** §2.2: what is mapped to nothing. The variation selectors are those of Unicode; the text has a slip there. */
const nothing =
  // deno-lint-ignore no-control-regex -- control characters are what is meant
  /[\0-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u06dd\u070f\u1806\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2063\u206a-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffc\u{1d173}-\u{1d17a}\u{e0001}\u{e0020}-\u{e007f}]/gu;
/** §2.2: what is mapped to a space. */
const spaces = /[\t\n\v\f\r\x85\p{Z}]+/gu;
/** §2.4. What Unicode 3.2 did not have yet passes, as it does in SASLprep's queries: people have such names. */
const prohibited = /[\p{Co}\p{Cs}\p{Cn}\ufffd\u0340\u0341]/u;

/**
 * A string as it is compared, without the spaces that do not count (§2.6.1): one between words, and none at the ends but
 * those that `asPiece` keeps, of a piece of a value. Undefined for what no comparison can be true of.
 */
export function prepare(text: string, foldsCase: boolean, asPiece = false): string | undefined {
  const folded = foldsCase ? fold(text) : text;
  const mapped = /^[ -~]*$/.test(folded) ? folded : map(folded, foldsCase);
  if (mapped === undefined) return undefined;
  const single = mapped.replace(/ {2,}/g, " ");
  return asPiece ? single : single.replace(/^ | $/g, "");
}

function map(text: string, foldsCase: boolean): string | undefined {
  const mapped = text.replace(nothing, "").replace(spaces, " ").normalize("NFKC");
  if (prohibited.test(mapped)) return undefined;
  // RFC 3454 appendix B.2: what becomes a letter only now has case too.
  return (foldsCase ? fold(mapped).normalize("NFKC") : mapped).replace(spaces, " ");
}

/** RFC 3454 appendix B.2, by way of upper case: ß is ss, and a sigma is a sigma at the end of a word too. */
function fold(text: string): string {
  if (/^[\0-\x7f]*$/.test(text)) return text.toLowerCase();
  return text.toUpperCase().toLowerCase().replaceAll("ς", "σ");
}
