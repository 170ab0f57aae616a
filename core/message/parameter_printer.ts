/** Printing MIME parameters (RFC 2045 §5.1, RFC 2231): `parseParameters` reads them back as they were. */
import { encodeUtf8 } from "../wire/utf8.ts";

/** Characters of one segment of a long value: with name and number it stays within a line. */
const SEGMENT = 60;

/** RFC 2045 §5.1 token: printable ASCII without tspecials. */
const token = /^[!#$%&'*+\-.0-9A-Z^_`a-z{|}~]+$/;

/** `; name=value`: a token, a quoted string, or, where that cannot hold it, RFC 2231's extended form in UTF-8. */
export function printParameter(name: string, value: string): string {
  if (/^[\x20-\x7e]*$/.test(value) && value.length <= SEGMENT) {
    return `; ${name}=${token.test(value) ? value : `"${value.replace(/["\\]/g, "\\$&")}"`}`;
  }
  const segments = extendedSegments(value);
  const [first = ""] = segments;
  if (segments.length === 1) return `; ${name}*=UTF-8''${first}`;
  // RFC 2231 §4.1: only the first segment has the charset.
  return segments.map((text, number) => `; ${name}*${number}*=${number === 0 ? "UTF-8''" : ""}${text}`).join("");
}

/** RFC 2231 §7 ext-octets, cut only between them. */
function extendedSegments(value: string): string[] {
  const segments: string[] = [];
  let segment = "";
  for (const octet of encodeUtf8(value)) {
    const character = String.fromCharCode(octet);
    const piece = /[A-Za-z0-9.\-_~]/.test(character)
      ? character
      : `%${octet.toString(16).toUpperCase().padStart(2, "0")}`;
    if (segment.length + piece.length > SEGMENT) {
      segments.push(segment);
      segment = "";
    }
    segment += piece;
  }
  return [...segments, segment];
}
