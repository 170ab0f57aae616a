/** Small helpers for octets. */

/** One array of several; the array itself when there is only one with octets in it. */
export function concat(pieces: readonly Uint8Array[]): Uint8Array {
  const filled = pieces.filter((piece) => piece.length > 0);
  if (filled.length <= 1) return filled[0] ?? new Uint8Array(0);
  const whole = new Uint8Array(filled.reduce((size, piece) => size + piece.length, 0));
  let at = 0;
  for (const piece of filled) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

const nothing = new Uint8Array(0);

/** Octets collected piece by piece, up to a limit; appending costs the same on average however small the pieces are. */
export class GrowingBytes {
  #bytes = nothing;
  #length = 0;
  readonly #limit: number;

  /** Begins empty; of what is appended, `limit` octets are kept and the rest is dropped. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Copies octets to the end. */
  append(piece: Uint8Array): void {
    const kept = piece.subarray(0, this.#limit - this.#length);
    const length = this.#length + kept.length;
    if (length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(length, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
    }
    this.#bytes.set(kept, this.#length);
    this.#length = length;
  }

  /** How many octets there are. */
  get length(): number {
    return this.#length;
  }

  /** All octets, which are then the caller's; what follows starts empty. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#bytes = nothing;
    this.#length = 0;
    return taken;
  }
}
