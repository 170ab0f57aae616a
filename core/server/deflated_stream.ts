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

/** Inflates what comes in and deflates what goes out. */
export class DeflatedStream implements ByteStream {
  readonly #inner: ByteStream;
  readonly #inflate = createInflateRaw({ chunkSize: PIECE });
  readonly #deflate = createDeflateRaw(memory);
  /** What has been read from `inner` before compression began: it is deflated too. */
  #unread: Uint8Array | undefined;
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
    this.#unread = unread.length > 0 ? unread : undefined;
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
    while (this.#plain === undefined) {
      const inflated: Uint8Array | null = this.#inflate.read();
      if (inflated !== null && inflated.length > 0) this.#plain = inflated;
      else if (this.#failure !== undefined) {
        throw new ConnectionClosed("what the client sent cannot be inflated", { cause: this.#failure });
      } else if (this.#hasEnded) return null;
      else if (!await this.#feed()) return null;
    }
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

  /** Closes what is below. */
  close(): void {
    this.#inner.close();
    this.#inflate.destroy();
    this.#deflate.destroy();
  }

  /** Gives the inflater more, or waits until it has inflated more of what it has. False at the end of the stream. */
  async #feed(): Promise<boolean> {
    // Before anything is given: what it makes of that may come at once.
    const { promise } = this.#progress;
    if (!this.#isFeeding) {
      const octets = await this.#nextOctets();
      if (octets === undefined) return false;
      this.#isFeeding = true;
      this.#inflate.write(octets, () => {
        this.#isFeeding = false;
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

  async #nextOctets(): Promise<Uint8Array | undefined> {
    const unread = this.#unread;
    this.#unread = undefined;
    if (unread !== undefined) return unread;
    const octets = new Uint8Array(PIECE);
    const count = await this.#inner.read(octets);
    return count === null ? undefined : octets.subarray(0, count);
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
