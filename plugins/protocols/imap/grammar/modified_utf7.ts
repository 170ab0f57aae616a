/** Modified UTF-7 (RFC 3501 §5.1.3): names of mailboxes in ASCII. Decoding is strict, so each name has one form. */

const AMPERSAND = 0x26;
/** RFC 3501 §5.1.3: "," stands where BASE64 has "/". */
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";
const values: ReadonlyMap<number, number> = new Map(
  Array.from(alphabet, (character, value) => [character.charCodeAt(0), value]),
);

/** A name as Unicode; undefined when it is no modified UTF-7. */
export function decodeModifiedUtf7(text: string): string | undefined {
  const pieces: string[] = [];
  /** Whether the last piece was BASE64. */
  let wasShifted = false;
  for (let at = 0; at < text.length;) {
    if (text.charCodeAt(at) !== AMPERSAND) {
      const end = endOfPlain(text, at);
      if (end === at) return undefined;
      pieces.push(text.slice(at, end));
      wasShifted = false;
      at = end;
      continue;
    }
    const end = text.indexOf("-", at);
    // A name must end in ASCII.
    if (end < 0) return undefined;
    const isAmpersand = end === at + 1;
    // "&U,BTFw-&ZeVnLIqe-" has a superfluous shift.
    if (!isAmpersand && wasShifted) return undefined;
    const piece = isAmpersand ? "&" : decodeShifted(text.slice(at + 1, end));
    if (piece === undefined) return undefined;
    pieces.push(piece);
    wasShifted = !isAmpersand;
    at = end + 1;
  }
  return pieces.join("");
}

/** A name, which is well-formed Unicode, in ASCII. */
export function encodeModifiedUtf7(name: string): string {
  return name.replace(
    /&|[^\x20-\x7e]+/g,
    (piece) => piece === "&" ? "&-" : `&${encodeShifted(piece)}-`,
  );
}

/** Where printable ASCII other than "&" ends. */
function endOfPlain(text: string, start: number): number {
  let at = start;
  while (at < text.length && isPrintable(text.charCodeAt(at)) && text.charCodeAt(at) !== AMPERSAND) at++;
  return at;
}

function decodeShifted(digits: string): string | undefined {
  const units: number[] = [];
  let bits = 0, held = 0;
  for (let at = 0; at < digits.length; at++) {
    const value = values.get(digits.charCodeAt(at));
    if (value === undefined) return undefined;
    held = held << 6 | value;
    bits += 6;
    if (bits < 16) continue;
    bits -= 16;
    const unit = held >>> bits;
    held &= (1 << bits) - 1;
    // Printable ASCII must stand for itself.
    if (isPrintable(unit)) return undefined;
    units.push(unit);
  }
  // What is left over is less than a digit, and zero.
  if (bits >= 6 || held !== 0) return undefined;
  const text = textOf(units);
  return text.isWellFormed() ? text : undefined;
}

function encodeShifted(text: string): string {
  let digits = "", bits = 0, held = 0;
  for (let at = 0; at < text.length; at++) {
    held = held << 16 | text.charCodeAt(at);
    bits += 16;
    while (bits >= 6) {
      bits -= 6;
      digits += alphabet.charAt(held >>> bits & 0x3f);
    }
    held &= (1 << bits) - 1;
  }
  return bits === 0 ? digits : digits + alphabet.charAt(held << (6 - bits) & 0x3f);
}

/** Piece by piece: a call takes only so many arguments. */
function textOf(units: readonly number[]): string {
  let text = "";
  for (let at = 0; at < units.length; at += 1024) text += String.fromCharCode(...units.slice(at, at + 1024));
  return text;
}

function isPrintable(unit: number): boolean {
  return unit >= 0x20 && unit <= 0x7e;
}
