/** What is to be sent: small pieces are copied together, large ones are kept as they are. */
import type { BufferPool } from "./buffer_pool.ts";

/** From so many octets on, a piece is sent from where it is: a second write costs less than the copy. */
const LARGE_PIECE = 16_384;

/** Text is encoded as UTF-8: at most so many octets for a unit of a string. */
const OCTETS_PER_UNIT = 3;

/** Up to so many units, a text is encoded sooner here than by the runtime, which has to be called. */
const LONG_TEXT = 64;

const CR = 13, LF = 10;
const encoder = new TextEncoder();

/** Pieces in the order in which they are to be sent. */
export class OutputBuffer {
  readonly #pool: BufferPool;
  readonly #pieces: Uint8Array[] = [];
  /** Buffers to be given back when all has been sent. */
  readonly #lent: Uint8Array<ArrayBuffer>[] = [];
  /** Where small pieces go: `from..to` is not yet among the pieces. */
  #bytes: Uint8Array<ArrayBuffer> | undefined;
  #from = 0;
  #to = 0;
  /** Octets kept. */
  length = 0;
  /** Whether a piece is kept that belongs to somebody else. */
  hasForeign = false;

  /** @param pool Where buffers come from. */
  constructor(pool: BufferPool) {
    this.#pool = pool;
  }

  /** Adds octets. */
  add(data: Uint8Array): void {
    if (data.length < LARGE_PIECE) return this.#copy(data);
    this.#seal();
    this.#pieces.push(data);
    this.length += data.length;
    this.hasForeign = true;
  }

  /** Adds octets that may change before they are sent. */
  addCopy(data: Uint8Array): void {
    for (let at = 0; at < data.length; at += LARGE_PIECE) this.#copy(data.subarray(at, at + LARGE_PIECE));
  }

  /** Adds a text without line ends, and a line end. @throws TypeError when there is one in it. */
  addLine(text: string): void {
    this.addText(checked(text));
    this.#copy(lineEnd);
  }

  /** Adds a text as it is. */
  addText(text: string): void {
    const most = text.length * OCTETS_PER_UNIT;
    if (most > LARGE_PIECE) return this.addCopy(encoder.encode(text));
    const bytes = this.#room(most);
    const to = text.length > LONG_TEXT ? encode(text, bytes, this.#to) : spell(text, bytes, this.#to);
    this.length += to - this.#to;
    this.#to = to;
  }

  /** All pieces; what comes after starts anew. Give them back with `release` once they have been sent. */
  take(): Uint8Array[] {
    this.#seal();
    this.length = 0;
    this.hasForeign = false;
    if (this.#bytes !== undefined) this.#lent.push(this.#bytes);
    this.#bytes = undefined;
    return this.#pieces.splice(0);
  }

  /** What was taken has been sent: its buffers are free. */
  release(): void {
    for (let buffer = this.#lent.pop(); buffer !== undefined; buffer = this.#lent.pop()) this.#pool.give(buffer);
  }

  #copy(data: Uint8Array): void {
    if (data.length === 0) return;
    this.#room(data.length).set(data, this.#to);
    this.#to += data.length;
    this.length += data.length;
  }

  /** A buffer with room for so many octets at `#to`. */
  #room(size: number): Uint8Array<ArrayBuffer> {
    if (this.#bytes !== undefined && this.#bytes.length - this.#to >= size) return this.#bytes;
    this.#seal();
    if (this.#bytes !== undefined) this.#lent.push(this.#bytes);
    this.#from = this.#to = 0;
    return this.#bytes = this.#pool.take();
  }

  /** What was copied together becomes a piece. */
  #seal(): void {
    if (this.#bytes === undefined || this.#from === this.#to) return;
    this.#pieces.push(this.#bytes.subarray(this.#from, this.#to));
    this.#from = this.#to;
  }
}

const lineEnd: Uint8Array = Uint8Array.of(CR, LF);

/** Writes all of a text from `to` on, where there is room for it. @returns where it ends. */
function encode(text: string, bytes: Uint8Array<ArrayBuffer>, to: number): number {
  return to + encoder.encodeInto(text, bytes.subarray(to)).written;
}

/** The same, unit by unit. */
function spell(text: string, bytes: Uint8Array<ArrayBuffer>, from: number): number {
  let to = from;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit > 0x7f) return encode(text.slice(at), bytes, to);
    bytes[to++] = unit;
  }
  return to;
}

function checked(text: string): string {
  if (text.includes("\r") || text.includes("\n")) throw lineEndInLine();
  return text;
}

/** Whoever could put a line end into a reply could put a whole reply there. */
function lineEndInLine(): TypeError {
  return new TypeError("a line to be sent must not hold CR or LF");
}
