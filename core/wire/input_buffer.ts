/**
 * What has arrived and is not yet read. The buffer is small while a client is idle, since a waiting read pins it, and a
 * large one from a pool while it is busy.
 */
import { type BufferPool, LARGE_BUFFER } from "./buffer_pool.ts";

/** Octets of an idle connection's buffer. */
const SMALL_BUFFER = 1024;

/** A stretch of octets in a buffer, which grows at its end and is used up from its start. */
export class InputBuffer {
  readonly #pool: BufferPool;
  /** The first octet that is not used up. */
  start = 0;
  /** After the last octet. */
  end = 0;
  /** The buffer; other than between `start` and `end` it holds anything. */
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  /** Kept while a large one is in use: making one anew for each message costs more. */
  #small: Uint8Array<ArrayBuffer> | undefined;
  /** The last read used all the room there was: more is on its way. */
  #wasFilled = false;

  /** @param pool Where large buffers come from. */
  constructor(pool: BufferPool) {
    this.#pool = pool;
  }

  /** How many octets there are. */
  get length(): number {
    return this.end - this.start;
  }

  /** Room for octets to arrive in. What was read before lies elsewhere afterwards. */
  room(isBulk: boolean): Uint8Array<ArrayBuffer> {
    const { length } = this;
    if (isBulk || this.#wasFilled) {
      if (this.bytes.length < LARGE_BUFFER) this.#moveTo(this.#pool.take());
    } else if (this.bytes.length !== SMALL_BUFFER && length <= SMALL_BUFFER / 2) {
      this.#moveTo(this.#small ??= new Uint8Array(SMALL_BUFFER));
    }
    if (length === 0) this.start = this.end = 0;
    if (this.bytes.length - this.end < this.bytes.length / 2) {
      // Moving little is cheaper than many small reads.
      if (length > this.bytes.length / 2) this.#moveTo(new Uint8Array(this.bytes.length * 2));
      else this.#moveTo(this.bytes);
    }
    return this.end === 0 ? this.bytes : this.bytes.subarray(this.end);
  }

  /** So many octets have arrived in the room. */
  arrived(count: number): void {
    this.end += count;
    this.#wasFilled = this.end === this.bytes.length;
  }

  /** Octets that have arrived elsewhere. */
  add(octets: Uint8Array): void {
    for (let at = 0; at < octets.length;) {
      const room = this.room(true), piece = octets.subarray(at, at + room.length);
      room.set(piece);
      this.arrived(piece.length);
      at += piece.length;
    }
  }

  /** All octets that are not used up. */
  view(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(this.start, this.end);
  }

  /** Uses octets up: a view of them, valid until there is to be room again. */
  use(count: number): Uint8Array<ArrayBuffer> {
    const used = this.bytes.subarray(this.start, this.start + count);
    this.start += count;
    return used;
  }

  #moveTo(buffer: Uint8Array<ArrayBuffer>): void {
    const { length, bytes } = this;
    buffer.set(this.view());
    this.bytes = buffer;
    this.start = 0;
    this.end = length;
    if (buffer !== bytes) this.#pool.give(bytes);
  }
}
