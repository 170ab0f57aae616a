/** The mark at the end of a line that announces a literal (RFC 9051 §4.3, RFC 7888, RFC 3516 §4.4; RFC 2244 §2.6.3). */

/** A literal that is announced. */
export interface LiteralMark {
  /** Octets. */
  readonly size: number;
  /** Whether the client waits for a go-ahead. */
  readonly isSynchronizing: boolean;
  /** Whether it may hold NUL (literal8). */
  readonly isBinary: boolean;
  /** Octets of the mark itself: `{5}` has 3. */
  readonly length: number;
}

const BRACE = 0x7b, CLOSING = 0x7d, TILDE = 0x7e, PLUS = 0x2b, DIGIT_0 = 0x30;
/** RFC 9051 §9, number64: 63 bits. Nothing here is near the 53 that a number holds. */
const MOST_DIGITS = 15;

/** The literal that a line announces at its end; undefined where it announces none. */
export function literalMark(line: Uint8Array): LiteralMark | undefined {
  let at = line.length - 1;
  if (line[at] !== CLOSING) return undefined;
  at--;
  const isSynchronizing = line[at] !== PLUS;
  if (!isSynchronizing) at--;
  let size = 0, scale = 1, digits = 0;
  for (; isDigit(line[at]); at--) {
    size += ((line[at] ?? 0) - DIGIT_0) * scale;
    scale *= 10;
    digits++;
  }
  if (line[at] !== BRACE || digits === 0 || digits > MOST_DIGITS) return undefined;
  const isBinary = line[at - 1] === TILDE;
  return { size, isSynchronizing, isBinary, length: line.length - at + (isBinary ? 1 : 0) };
}

function isDigit(octet: number | undefined): boolean {
  return octet !== undefined && octet >= DIGIT_0 && octet <= DIGIT_0 + 9;
}
