/** Quoted-printable (RFC 2045 §6.7) as a client writes it: lines of at most 76 characters. */

const LF = 10, CR = 13, SPACE = 32, TAB = 9, EQUALS = 61;
const hexDigits = "0123456789ABCDEF";

/** Quoted-printable text: CRLF in `bytes` stays a line end, any other octet that is not plain becomes `=XX`. */
export function encodeQuotedPrintable(bytes: Uint8Array): string {
  let text = "";
  let line = "";
  for (let at = 0; at < bytes.length; at++) {
    const octet = bytes[at] ?? 0;
    if (octet === CR && bytes[at + 1] === LF) {
      text += `${line}\r\n`;
      line = "";
      at++;
      continue;
    }
    const atLineEnd = at + 1 === bytes.length || (bytes[at + 1] === CR && bytes[at + 2] === LF);
    const piece = isPlain(octet, atLineEnd) ? String.fromCharCode(octet) : escaped(octet);
    // Rule 5: lines of at most 76 characters, the "=" of a soft break counted.
    if (line.length + piece.length > (atLineEnd ? 76 : 75)) {
      text += `${line}=\r\n`;
      line = "";
    }
    line += piece;
  }
  return text + line;
}

/** Rules 2 and 3: printable ASCII but "=", and blanks that do not end a line. */
function isPlain(octet: number, atLineEnd: boolean): boolean {
  if (octet === SPACE || octet === TAB) return !atLineEnd;
  return octet > 32 && octet < 127 && octet !== EQUALS;
}

function escaped(octet: number): string {
  return `=${hexDigits.charAt(octet >> 4)}${hexDigits.charAt(octet & 15)}`;
}
