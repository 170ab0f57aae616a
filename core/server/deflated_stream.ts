/**
 * COMPRESS=DEFLATE over a stream (RFC 4978, RFC 1951): both directions deflated without a header, every write ended so
 * that the client can read all of it.
 */
import { constants, createDeflateRaw, createInflateRaw } from "node:zlib";
import type { ByteStream } from "../wire/byte_stream.ts";
import { ConnectionClosed } from "../wire/errors.ts";

/** Octets that are read at once: what they inflate to is handed on in pieces, however much it is. */
const PIECE = 4096;
/** Less than the default: a connection in 64 KiB instead of 300, for a few per cent more octets. */
const memory = { memLevel: 5, windowBits: 13 };
/** Octets that a flush ends in: 00 00 FF FF, a block without content (RFC 1951 §3.2.4). */
const FLUSH = 4;

/** Inflates what comes in and deflates what goes out. */
export class DeflatedStream implements ByteStream {
  readonly #inner: ByteStream;
  readonly #inflate = createInflateRaw({ chunkSize: PIECE });
  readonly #deflate = createDeflateRaw(memory);
  /** What has been read from `inner` and not been given to the inflater. */
  #unread: Uint8Array;
  /** How much the inflater was given in all, and the last octets of that: a flush may end in two pieces. */
  #given = 0;
  #tail: Uint8Array = new Uint8Array(0);
  /** What it did not take: the deflated stream had ended before. */
  #beyond: Uint8Array = new Uint8Array(0);
  #plain: Uint8Array | undefined;
  #hasEnded = false;
  #failure: Error | undefined;
  /** Whether the inflater has not taken all that it was given. */
  #isFeeding = false;
  /** Resolves when the inflater has more to give, or takes more. */
  #progress = Promise.withResolvers<void>();

  /** @param unread What has been read from `inner` already. */
  constructor(inner: ByteStream, unread: Uint8Array) {
    this.#inner = inner;
    this.#unread = unread;
    this.#inflate.on("error", (error: Error) => {
      this.#failure = error;
      this.#wake();
    });
    this.#inflate.on("end", () => {
      this.#hasEnded = true;
      this.#wake();
    });
    this.#inflate.on("readable", () => this.#wake());
  }

  /** Inflated octets. @throws ConnectionClosed when they cannot be inflated. */
  async read(into: Uint8Array): Promise<number | null> {
    while (!this.#hasPlain()) {
      // Where the inflater has not taken something, it has ended, and says so a moment later.
      if (this.#hasEnded || this.#beyond.length > 0 || !await this.#feed()) return null;
    }
    if (this.#plain === undefined) return null;
    const taken = this.#plain.subarray(0, into.length);
    into.set(taken);
    this.#plain = taken.length < this.#plain.length ? this.#plain.subarray(taken.length) : undefined;
    return taken.length;
  }

  /** Deflates all of it and sends it. */
  async write(data: Uint8Array): Promise<number> {
    const deflated = await this.#deflated(data);
    for (const piece of deflated) {
      for (let at = 0; at < piece.length;) at += await this.#inner.write(piece.subarray(at));
    }
    return data.length;
  }

  /** Nothing more will be written: what was is whole, for every write was ended. */
  end(): Promise<void> {
    return this.#inner.end();
  }

  /**
   * RFC 8437 §4.1: deflating ends in both directions: in the client's where it has flushed or ended its stream after what was
   * read last. Waits for that end.
   *
   * @returns What came after it.
   * @throws ConnectionClosed when more was deflated than had been read, or the client has left.
   */
  async remove(): Promise<Uint8Array> {
    for (;;) {
      if (this.#hasPlain()) throw new ConnectionClosed("the client went on deflating after the end");
      if (!this.#isFeeding && (this.#beyond.length > 0 || endOfFlush(this.#tail) === FLUSH)) break;
      if (!await this.#feed()) throw new ConnectionClosed("the client left before its deflated stream ended");
    }
    this.#release();
    return joined(this.#beyond, this.#unread);
  }

  /** Closes what is below. */
  close(): void {
    this.#inner.close();
    this.#release();
  }

  #release(): void {
    this.#inflate.destroy();
    this.#deflate.destroy();
  }

  /** Whether there is something inflated. @throws ConnectionClosed when what there is cannot be inflated. */
  #hasPlain(): boolean {
    if (this.#plain !== undefined) return true;
    const inflated: Uint8Array | null = this.#inflate.read();
    if (inflated !== null && inflated.length > 0) this.#plain = inflated;
    else if (this.#failure !== undefined) {
      throw new ConnectionClosed("what the client sent cannot be inflated", { cause: this.#failure });
    }
    return this.#plain !== undefined;
  }

  /** Gives the inflater more, or waits until it has inflated more of what it has. False at the end of the stream. */
  async #feed(): Promise<boolean> {
    // Before anything is given: what it makes of that may come at once.
    const { promise } = this.#progress;
    if (!this.#isFeeding) {
      const octets = await this.#nextOctets();
      if (octets === undefined) return false;
      this.#isFeeding = true;
      this.#given += octets.length;
      this.#inflate.write(octets, () => {
        this.#isFeeding = false;
        this.#beyond = octets.subarray(octets.length - (this.#given - this.#inflate.bytesWritten));
        this.#wake();
      });
    }
    await promise;
    return true;
  }

  #wake(): void {
    this.#progress.resolve();
    this.#progress = Promise.withResolvers();
  }

  /** What the inflater is to be given next: up to the last flush in what has come, for the rest may be in clear. */
  async #nextOctets(): Promise<Uint8Array | undefined> {
    if (this.#unread.length === 0) {
      const octets = new Uint8Array(PIECE);
      const count = await this.#inner.read(octets);
      if (count === null) return undefined;
      this.#unread = octets.subarray(0, count);
    }
    const seen = joined(this.#tail, this.#unread);
    const flush = endOfFlush(seen), end = flush > this.#tail.length ? flush : seen.length;
    const next = seen.subarray(this.#tail.length, end);
    this.#unread = this.#unread.subarray(next.length);
    this.#tail = seen.slice(Math.max(0, end - FLUSH), end);
    return next;
  }

  #deflated(data: Uint8Array): Promise<Uint8Array[]> {
    return new Promise((resolve, reject) => {
      const pieces: Uint8Array[] = [];
      const take = (piece: Uint8Array) => pieces.push(piece);
      this.#deflate.on("data", take);
      this.#deflate.once("error", reject);
      this.#deflate.write(data);
      // RFC 4978 §3: a flush, so that nothing is kept back.
      this.#deflate.flush(constants.Z_SYNC_FLUSH, () => {
        this.#deflate.off("data", take);
        this.#deflate.off("error", reject);
        resolve(pieces);
      });
    });
  }
}

/** Where the last flush ends; 0 where there is none. */
function endOfFlush(octets: Uint8Array): number {
  for (let end = octets.length; end >= FLUSH; end--) {
    if (
      octets[end - 1] === 255 && octets[end - 2] === 255 && octets[end - 3] === 0 && octets[end - 4] === 0
    ) return end;
  }
  return 0;
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const octets = new Uint8Array(first.length + second.length);
  octets.set(first);
  octets.set(second, first.length);
  return octets;
}
