/**
 * Memory that the sessions' thread and the writer both see: bodies reach the writer without being copied. Making it is slow,
 * so what is given back is used again, and whoever gives back must be sure that nobody reads there any more.
 */

/** The smallest piece is 8 KiB, each larger one twice as large as the one before; logarithms. */
const SMALLEST = 13;
/** Octets of a word; of a piece for which it matters how it is copied; of those that are laid aside for that at once. */
const WORD = 8, LARGE = 4096, ASIDE = 65_536;
/** Octets kept for later while nobody needs them. */
const MOST_SPARE = 16 * 1024 * 1024;

/** Octets in such memory, at its start. */
export type SharedOctets = Uint8Array<SharedArrayBuffer>;

/** Lends it. What does not come back is garbage like anything else. */
export class SharedMemory {
  /** By logarithm of their size. */
  readonly #spare: SharedArrayBuffer[][] = [];
  #spareOctets = 0;
  #aside: Uint8Array<ArrayBuffer> | undefined;

  /** Room for so many octets or more, whatever was there last. */
  take(size: number): SharedOctets {
    const logarithm = logarithmOf(size);
    const memory = this.#spare[logarithm]?.pop();
    if (memory === undefined) return new Uint8Array(new SharedArrayBuffer(2 ** logarithm));
    this.#spareOctets -= memory.byteLength;
    return new Uint8Array(memory);
  }

  /**
   * Copies octets to that place. Into shared memory V8 copies word by word only where both lie alike in their words, and
   * otherwise octet by octet: it is several times as quick to have them lie so first.
   */
  copy(piece: Uint8Array, into: SharedOctets, to: number): void {
    const shift = (into.byteOffset + to - piece.byteOffset) % WORD;
    if (piece.length < LARGE || shift === 0) return into.set(piece, to);
    const aside = this.#aside ??= new Uint8Array(ASIDE + WORD), start = (into.byteOffset + to) % WORD;
    for (let at = 0; at < piece.length; at += ASIDE) {
      const part = piece.subarray(at, at + ASIDE);
      aside.set(part, start);
      into.set(aside.subarray(start, start + part.length), to + at);
    }
  }

  /** Takes back what was taken, or a part of it that stands for the whole. */
  give({ buffer }: SharedOctets): void {
    if (this.#spareOctets + buffer.byteLength > MOST_SPARE) return;
    (this.#spare[logarithmOf(buffer.byteLength)] ??= []).push(buffer);
    this.#spareOctets += buffer.byteLength;
  }
}

/** Octets that are collected piece by piece. */
export class SharedBytes {
  readonly #memory: SharedMemory;
  #octets: SharedOctets;
  #length = 0;

  /** In memory from there; room for `size` octets costs no copy later. */
  constructor(memory: SharedMemory, size = 0) {
    this.#memory = memory;
    this.#octets = memory.take(size);
  }

  /** How many there are. */
  get length(): number {
    return this.#length;
  }

  /** Copies octets to the end. */
  append(piece: Uint8Array): void {
    const length = this.#length + piece.length;
    if (length > this.#octets.length) {
      const small = this.#octets;
      this.#octets = this.#memory.take(length);
      this.#octets.set(small.subarray(0, this.#length));
      this.#memory.give(small);
    }
    this.#memory.copy(piece, this.#octets, this.#length);
    this.#length = length;
  }

  /** All of them, still in that memory. */
  all(): SharedOctets {
    return this.#octets.subarray(0, this.#length);
  }
}

function logarithmOf(size: number): number {
  return Math.max(SMALLEST, 32 - Math.clz32(Math.max(size, 1) - 1));
}
