/** Text of messages as SORT and THREAD compare it (RFC 5255 §4.6). */
import type { Collation } from "../../../core/message/casemap.ts";
import type { CharsetDecode } from "../../../core/message/charset.ts";
import { latin1 } from "../../../core/wire/ascii.ts";
import { encodeUtf8 } from "../../../core/wire/utf8.ts";

/** Takes a text out of a value of the header, encoded words decoded. */
export type TextOfValue = (value: string, decode: CharsetDecode | undefined) => string;

/** The last character that there is: no text begins with it, and all others are before it. */
const LAST = "\u{10ffff}";

/** What a value is compared by. */
export function collatedText(
  value: string,
  textOf: TextOfValue,
  collation: Collation,
  decode: CharsetDecode | undefined,
): string {
  const text = textOf(value, decode);
  if (!text.includes("\ufffd")) return collation(text);
  // RFC 5255 §4.6 (c): what is no text in its charset comes after all that is, by its octets.
  return LAST + textOf(latin1(encodeUtf8(value)), latin1);
}
