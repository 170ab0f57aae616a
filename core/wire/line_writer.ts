/** Bytes to a client: lines, octets and dot-stuffed content, kept until they are sent together. The contract's `WireWriter`. */
import type { Body, WireWriter } from "../contract/mod.ts";
import { LARGE_BUFFER } from "./buffer_pool.ts";
import type { ByteStream } from "./byte_stream.ts";
import { leadingDots } from "./dot_stuffing.ts";
import { ConnectionClosed, DeadlineExceeded } from "./errors.ts";
import { OutputBuffer } from "./output_buffer.ts";
import type { Waits } from "./waits.ts";
import type { WireParts } from "./wire_parts.ts";

const LF = 10, CR = 13;
const dot: Uint8Array = Uint8Array.of(46);
const lineEnd: Uint8Array = Uint8Array.of(CR, LF);
const finalDot: Uint8Array = Uint8Array.of(46, CR, LF);
const nothing = Promise.resolve();

/** Writes to one client. */
export class LineWriter implements WireWriter {
  readonly #waits: Waits;
  readonly #idleTimeout: () => number;
  readonly #output: OutputBuffer;
  #stream: ByteStream;
  #sending: Promise<void> | undefined;
  /** Why nothing can be sent any more: half of something may have been. */
  #broken: ConnectionClosed | undefined;

  /** Writes to the stream in `parts`. */
  constructor(parts: WireParts) {
    this.#stream = parts.stream;
    this.#waits = parts.waits;
    this.#idleTimeout = parts.idleTimeout;
    this.#output = new OutputBuffer(parts.buffers);
  }

  /** Whether `flush` should be awaited before more is written. */
  get isFull(): boolean {
    return this.#output.length >= LARGE_BUFFER;
  }

  /** Whether something is kept, or on its way. */
  get hasUnsent(): boolean {
    return this.#output.length > 0 || this.#sending !== undefined;
  }

  /** Writes to another stream from here on. @throws ConnectionClosed when something is kept for the old one. */
  moveTo(stream: ByteStream): void {
    if (this.hasUnsent) throw new ConnectionClosed("what was written had not been sent");
    this.#stream = stream;
  }

  /** One line. @throws TypeError when the text holds CR or LF. */
  line(text: string): void {
    this.#output.addLine(text);
  }

  /** Text as it is, in UTF-8. */
  text(text: string): void {
    this.#output.addText(text);
  }

  /** Octets as they are. */
  bytes(data: Uint8Array): void {
    this.#output.add(data);
  }

  /** Whole content, dot-stuffed, of a stored message piece by piece. A last line without line end is given one. */
  dotStuffed(content: Uint8Array): void;
  dotStuffed(body: Body): Promise<void>;
  dotStuffed(content: Uint8Array | Body): void | Promise<void> {
    if (!(content instanceof Uint8Array)) return this.dotStuffedFrom(piecesOf(content));
    this.#stuff(content, true);
    this.#endContent(content.length === 0 || content[content.length - 1] === LF);
  }

  /** Content in pieces, dot-stuffed, sent as it goes. */
  async dotStuffedFrom(content: AsyncIterable<Uint8Array>): Promise<void> {
    let isLineStart = true;
    for await (const piece of content) {
      if (piece.length === 0) continue;
      this.#stuff(piece, isLineStart);
      isLineStart = piece[piece.length - 1] === LF;
      // A piece may be overwritten when the next is asked for.
      if (this.isFull || this.#output.hasForeign) await this.flush();
    }
    this.#endContent(isLineStart);
  }

  /**
   * Sends all that is kept. The deadline is for each 64 KiB of it.
   *
   * @throws DeadlineExceeded, and ConnectionClosed from then on.
   */
  flush(): Promise<void> {
    if (this.#sending !== undefined) return this.#sending;
    if (this.#output.length === 0) return nothing;
    if (this.#broken !== undefined) return Promise.reject(this.#broken);
    return this.#sending = this.#send();
  }

  #stuff(content: Uint8Array, isLineStart: boolean): void {
    let from = 0;
    for (const at of leadingDots(content, isLineStart)) {
      this.#output.add(content.subarray(from, at));
      this.#output.add(dot);
      from = at;
    }
    this.#output.add(from === 0 ? content : content.subarray(from));
  }

  #endContent(isLineStart: boolean): void {
    if (!isLineStart) this.#output.add(lineEnd);
    this.#output.add(finalDot);
  }

  async #send(): Promise<void> {
    const output = this.#output;
    try {
      // What is written meanwhile goes along.
      while (output.length > 0) {
        for (const piece of output.take()) {
          for (let at = 0; at < piece.length;) {
            const end = Math.min(at + LARGE_BUFFER, piece.length);
            // For the whole block: single octets that a client takes do not prolong it.
            const dueAt = this.#waits.now() + this.#idleTimeout();
            while (at < end) {
              const block = end - at === piece.length ? piece : piece.subarray(at, end);
              at += await this.#waits.until(this.#stream.write(block), dueAt);
            }
          }
        }
        output.release();
      }
    } catch (error) {
      this.#broken = new ConnectionClosed("sending failed", { cause: error });
      throw error instanceof DeadlineExceeded ? error : this.#broken;
    } finally {
      // Not a moment later: whoever flushes next must not be given this promise.
      this.#sending = undefined;
    }
  }
}

async function* piecesOf(body: Body): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < body.size; at += LARGE_BUFFER) {
    const end = Math.min(at + LARGE_BUFFER, body.size), piece = await body.read(at, end);
    // With a final dot it would pass for the whole message.
    if (piece.length !== end - at) throw new Error(`a body of ${body.size} octets ends before octet ${end}`);
    yield piece;
  }
}
