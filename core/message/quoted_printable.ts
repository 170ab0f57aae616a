/** Quoted-printable (RFC 2045 §6.7): a lenient streaming decoder. */

const LF = 10, CR = 13, SPACE = 32, TAB = 9, EQUALS = 61;
const hexDigits = "0123456789ABCDEF";

/** Octet → value of the hexadecimal digit, 16 for any other octet. Rule 1: lower case is accepted too. */
const hexValues = new Uint8Array(256).fill(16);
for (let value = 0; value < 16; value++) {
  hexValues[hexDigits.charCodeAt(value)] = value;
  hexValues[hexDigits.toLowerCase().charCodeAt(value)] = value;
}

/** White space at a line's end is dropped, so it is held until more comes; more than this is not held but kept. */
const HELD = 1024;

/**
 * Decodes quoted-printable. RFC 2045 §6.7: white space before a line end is dropped (rule 3), a soft line break vanishes
 * (rule 5), and "=" that begins nothing valid stays as it is.
 */
export class QuotedPrintableDecoder {
  /** The octets that cannot be judged yet: blanks, or "=" and what followed it. */
  #held: number[] = [];

  /** Decodes the next octets; what cannot be judged yet is held. */
  push(chunk: Uint8Array): Uint8Array {
    const output = new Output(this.#held.length + chunk.length);
    for (let at = 0; at < chunk.length; at++) {
      const octet = chunk[at] ?? 0;
      if (this.#held.length > 0) this.#resolve(octet, output);
      else if (octet === EQUALS || octet === SPACE || octet === TAB) this.#held.push(octet);
      else output.add(octet);
    }
    return output.bytes();
  }

  /** What was held. */
  finish(): Uint8Array {
    const output = new Output(this.#held.length);
    // Blanks at the very end are at a line's end; "=" there is a soft line break whose line end is missing.
    const half = hexValues[this.#held[1] ?? 0] ?? 16;
    if (this.#held[0] === EQUALS && half < 16) output.addAll(this.#held);
    this.#held = [];
    return output.bytes();
  }

  /** One more octet after held ones. */
  #resolve(octet: number, output: Output): void {
    const held = this.#held;
    if (held[0] === EQUALS) this.#resolveEscape(octet, output);
    else if (isBlank(octet) && held.length < HELD) held.push(octet);
    else {
      // Rule 3: white space at the end of a line was added on the way.
      if (octet !== CR && octet !== LF) output.addAll(held);
      this.#restart(octet, output);
    }
  }

  /** One more octet after "=", and after what may have followed that. */
  #resolveEscape(octet: number, output: Output): void {
    const held = this.#held, second = held[1];
    const half = second === undefined ? undefined : hexValues[second] ?? 16;
    const value = hexValues[octet] ?? 16;
    if (half !== undefined && half < 16) {
      // Rule 1: two digits are an octet.
      if (value === 16) return this.#giveUp(octet, output);
      output.add(half << 4 | value);
      held.length = 0;
    } else if (octet === LF) {
      // Rule 5: a soft break vanishes.
      held.length = 0;
    } else if (second === undefined && value < 16 || held.at(-1) !== CR && this.#mayHold(octet)) {
      // A first digit; or rule 3 again: blanks between the soft break's "=" and its line end.
      held.push(octet);
    } else this.#giveUp(octet, output);
  }

  /** What is held stays as it is. */
  #giveUp(octet: number, output: Output): void {
    output.addAll(this.#held);
    this.#restart(octet, output);
  }

  /** Whether an octet may stand between "=" and the LF of a soft break. */
  #mayHold(octet: number): boolean {
    return octet === CR || (isBlank(octet) && this.#held.length < HELD);
  }

  /** Nothing is held any more; the octet begins anew. */
  #restart(octet: number, output: Output): void {
    this.#held.length = 0;
    if (octet === EQUALS || isBlank(octet)) this.#held.push(octet);
    else output.add(octet);
  }
}

function isBlank(octet: number | undefined): boolean {
  return octet === SPACE || octet === TAB;
}

/** Decoding never makes more octets than came in, held ones included. */
class Output {
  readonly #bytes: Uint8Array;
  #length = 0;
  constructor(size: number) {
    this.#bytes = new Uint8Array(size);
  }
  add(octet: number): void {
    this.#bytes[this.#length++] = octet;
  }
  addAll(octets: readonly number[]): void {
    for (const octet of octets) this.add(octet);
  }
  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}
