/** Octets that have been made from others piece by piece: a decoded part, some fields of a header. In bounded memory. */
import { concat } from "./bytes.ts";
import { MemoryView, type Octets } from "./views.ts";

/** Makes octets of others; the result is the same however they are split. */
export interface Transform {
  /** The next octets. */
  push(chunk: Uint8Array): Uint8Array;
  /** What was held back; the transform is used up. */
  finish(): Uint8Array;
}

/** Octets that were made, and what there is to be known of them. */
export interface Transformed {
  /** The octets. */
  readonly octets: Octets;
  /** Whether one of them is NUL. */
  readonly hasNul: boolean;
}

/** Octets that are read at once; what is made of so many is kept in memory. */
const PIECE = 131_072;

/**
 * Makes octets of others, at once where they are at hand. Those of large ones are made twice: to count them, and when they
 * are read.
 */
export function transformed(source: Octets, create: () => Transform): Transformed | Promise<Transformed> {
  if (source.size > PIECE) return countedAndTransformed(source, create);
  const { clean } = source;
  return clean === undefined
    ? source.read(0, source.size).then((octets) => transformedOctets(octets, create()))
    : transformedOctets(clean, create());
}

function transformedOctets(source: Uint8Array, transform: Transform): Transformed {
  const octets = concat([transform.push(source), transform.finish()]), hasNul = octets.includes(0);
  return { octets: new MemoryView(octets, !hasNul), hasNul };
}

async function countedAndTransformed(source: Octets, create: () => Transform): Promise<Transformed> {
  const reading = new Reading(source, create());
  let size = 0, hasNul = false;
  for (let piece = await reading.next(); piece !== undefined; piece = await reading.next()) {
    size += piece.length;
    hasNul ||= piece.includes(0);
  }
  return { octets: new TransformedView(source, create, size), hasNul };
}

/** One pass over the source. */
class Reading {
  readonly #source: Octets;
  readonly #transform: Transform;
  #at = 0;
  #hasEnded = false;

  constructor(source: Octets, transform: Transform) {
    this.#source = source;
    this.#transform = transform;
  }

  /** The next octets that were made, maybe none; undefined at the end. */
  async next(): Promise<Uint8Array | undefined> {
    if (this.#hasEnded) return undefined;
    if (this.#at >= this.#source.size) {
      this.#hasEnded = true;
      return this.#transform.finish();
    }
    const end = Math.min(this.#at + PIECE, this.#source.size);
    const piece = await this.#source.read(this.#at, end);
    if (piece.length !== end - this.#at) throw new Error(`octets ${this.#at} to ${end} of a message are not there`);
    this.#at = end;
    return this.#transform.push(piece);
  }
}

/** Reading on from where the last read ended costs nothing more; reading what came before begins anew. */
class TransformedView implements Octets {
  readonly size: number;
  readonly #begin: () => Reading;
  #reading: Reading;
  /** What was made and not asked for yet, and where that is. */
  #piece: Uint8Array = new Uint8Array(0);
  #at = 0;

  constructor(source: Octets, create: () => Transform, size: number) {
    this.size = size;
    this.#begin = () => new Reading(source, create());
    this.#reading = this.#begin();
  }

  async read(start: number, end: number): Promise<Uint8Array> {
    const to = Math.min(end, this.size);
    if (start < this.#at) {
      this.#reading = this.#begin();
      this.#piece = new Uint8Array(0);
      this.#at = 0;
    }
    const pieces: Uint8Array[] = [];
    while (this.#at < to) {
      const skipped = Math.min(Math.max(start - this.#at, 0), this.#piece.length);
      const taken = this.#piece.subarray(skipped, Math.min(to - this.#at, this.#piece.length));
      pieces.push(taken);
      const used = skipped + taken.length;
      this.#at += used;
      this.#piece = this.#piece.subarray(used);
      if (this.#at >= to) break;
      const next = await this.#reading.next();
      if (next === undefined) break;
      this.#piece = next;
    }
    // A copy: the result is the caller's, and what was made may be a view of something larger.
    return concat(pieces).slice();
  }
}
