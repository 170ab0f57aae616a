/** Bytes from a client: lines, exact sizes, dot-stuffed data, all limited. The contract's `WireReader`. */
import type { DotData, WireReader } from "../contract/mod.ts";
import type { ByteStream } from "./byte_stream.ts";
import { type DataSource, DottedData, ExactData } from "./data.ts";
import { ConnectionClosed, DeadlineExceeded, Endless, LINE_EDGE, LineTooLong, Stopping } from "./errors.ts";
import { InputBuffer } from "./input_buffer.ts";
import type { Waits } from "./waits.ts";
import type { WireParts } from "./wire_parts.ts";

const LF = 10, CR = 13;
const nothing: Uint8Array = new Uint8Array(0);

/** Octets of a line past its limit that are read away before the connection is given up. */
const LINE_EXCESS = 65_536;
/** Octets that are read away when nothing more is said. */
const REST = 4_194_304;
/** So many octets of data start a wait anew: a client that sends one now and then has one deadline for all of them. */
const PROGRESS = 1024;

/** Reads one client. One call at a time: a caller waits for what it asked for before it asks again. */
export class LineReader implements WireReader {
  readonly #waits: Waits;
  readonly #idleTimeout: () => number;
  readonly #input: InputBuffer;
  #stream: ByteStream;
  /** A read that outlived the wait for it; its octets are not lost. */
  #pendingRead: Promise<number | null> | undefined;
  #hasEnded = false;
  /** Why nothing can be read any more. */
  #broken: ConnectionClosed | undefined;
  /** Data has begun and not ended: its octets are no lines. */
  #isInData = false;
  /** Whether a LF without CR ends a line. */
  #endsAtLineFeeds = false;
  /** Where no end of line is known to be: the search goes on there. */
  #searched = 0;
  /** Milliseconds waited for data since it last made progress, and octets that came since. */
  #waited = 0;
  #progress = 0;

  /** Reads from the stream in `parts`. */
  constructor(parts: WireParts) {
    this.#stream = parts.stream;
    this.#waits = parts.waits;
    this.#idleTimeout = parts.idleTimeout;
    this.#input = new InputBuffer(parts.buffers);
  }

  /** Whether something unread has arrived. */
  get hasInput(): boolean {
    return this.#input.length > 0;
  }

  /**
   * Reads from another stream from here on.
   *
   * @param arrived What has come on it already.
   * @returns What had arrived on the old one and was not read: a copy.
   * @throws ConnectionClosed when the old one is still being read.
   */
  moveTo(stream: ByteStream, arrived: Uint8Array = nothing): Uint8Array<ArrayBuffer> {
    if (this.#pendingRead !== undefined || this.#isInData) throw new ConnectionClosed("a read is under way");
    this.#stream = stream;
    this.#searched = 0;
    const unread = this.#input.view().slice();
    this.#input.use(unread.length);
    this.#input.add(arrived);
    return unread;
  }

  /** From now on a LF without CR ends a line too. */
  endLinesAtLineFeeds(): void {
    this.#endsAtLineFeeds = true;
  }

  /** A line that has arrived. The limit does not count the CRLF. */
  takeLine(limit: number): Uint8Array | undefined {
    this.#mayRead();
    const input = this.#input, { bytes, start, end } = input;
    for (let from = start + this.#searched; from < end;) {
      const found = bytes.indexOf(LF, from);
      if (found < 0 || found >= end) break;
      const hasReturn = found > start && bytes[found - 1] === CR;
      if (hasReturn || this.#endsAtLineFeeds) {
        input.start = found + 1;
        this.#searched = 0;
        const line = bytes.subarray(start, hasReturn ? found - 1 : found);
        if (line.length > limit) throw new LineTooLong(limit, line, line);
        return line;
      }
      from = found + 1;
    }
    this.#searched = end - start;
    return undefined;
  }

  /** The next line. The limit does not count the CRLF. */
  async readLine(limit: number): Promise<Uint8Array | undefined> {
    let dueAt: number | undefined;
    for (;;) {
      const line = this.takeLine(limit);
      if (line !== undefined) return line;
      dueAt ??= this.#waits.now() + this.#idleTimeout();
      // One more: it may be the CR of the line end.
      if (this.#input.length > limit + 1) return await this.#discardLine(limit, dueAt);
      if (!await this.#fill(false, dueAt)) {
        // RFC 5321 §2.3.8: what no CRLF ended is no line.
        this.#input.use(this.#input.length);
        return undefined;
      }
    }
  }

  /** Waits for something unread; false at the end of the stream. */
  async awaitInput(): Promise<boolean> {
    this.#mayRead();
    return this.hasInput || await this.#fill(false, this.#waits.now() + this.#idleTimeout());
  }

  /** Exactly so many octets. Whoever leaves the loop early may read the rest in another, and must before all else. */
  readExactly(size: number): AsyncIterable<Uint8Array> {
    return this.#begin(new ExactData(size, this.#dataSource()));
  }

  /** Dot-stuffed data; what was said of `readExactly` holds here too. The limit counts octets of content. */
  readUntilDot(limit: number): DotData {
    return this.#begin(new DottedData(limit, this.#dataSource()));
  }

  /**
   * Reads away what still comes, to the end of the stream; gives up after so many octets. A stop does not end it.
   *
   * @throws DeadlineExceeded after so many milliseconds, ConnectionClosed.
   */
  async discardRest(milliseconds: number): Promise<void> {
    const dueAt = this.#waits.now() + milliseconds;
    for (let left = REST; left > 0;) {
      left -= this.#input.length;
      this.#input.use(this.#input.length);
      if (!await this.#fill(false, dueAt, false)) return;
    }
  }

  #begin<T extends { readonly hasEnded: boolean }>(data: T): T {
    this.#mayRead();
    this.#searched = this.#waited = this.#progress = 0;
    this.#isInData = !data.hasEnded;
    return data;
  }

  #dataSource(): DataSource {
    return {
      input: this.#input,
      more: () => this.#more(),
      ended: () => this.#isInData = false,
      giveUp: (error) => this.#giveUp(error),
    };
  }

  /** Waits for more data. */
  async #more(): Promise<void> {
    if (this.#broken !== undefined) throw this.#broken;
    const since = this.#waits.now(), had = this.#input.length;
    if (!await this.#fill(true, since + this.#idleTimeout() - this.#waited)) {
      throw this.#giveUp(new ConnectionClosed("the client left in the middle of its data"));
    }
    this.#waited += this.#waits.now() - since;
    this.#progress += this.#input.length - had;
    if (this.#progress >= PROGRESS) this.#waited = this.#progress = 0;
  }

  /** Reads on to the end of a line that is too long already; undefined where the stream ends before. */
  async #discardLine(limit: number, dueAt: number): Promise<undefined> {
    const input = this.#input, beginning = input.view().slice(0, LINE_EDGE);
    for (let excess = input.length - limit; excess <= LINE_EXCESS;) {
      // What the line ends in may arrive in pieces, and a CR may be half a line end.
      const kept = Math.min(input.length, LINE_EDGE + 1);
      input.start = input.end - kept;
      this.#searched = 0;
      let isMore: boolean;
      try {
        isMore = await this.#fill(true, dueAt);
      } catch (error) {
        // What comes now would be taken for a line.
        this.#giveUp(new ConnectionClosed("a line did not end in time"));
        throw error;
      }
      if (!isMore) return undefined;
      excess += input.length - kept;
      const ending = this.takeLine(Infinity);
      if (ending !== undefined) throw new LineTooLong(limit, beginning, ending);
    }
    throw this.#giveUp(new Endless("a line did not end"));
  }

  /** Waits for octets. False at the end of the stream. */
  #fill(isBulk: boolean, dueAt: number, isWakeable = !this.#isInData): Promise<boolean> {
    if (this.#hasEnded) return Promise.resolve(false);
    this.#pendingRead ??= this.#stream.read(this.#input.room(isBulk));
    return this.#waits.until(this.#pendingRead, dueAt, isWakeable).then(this.#arrived, this.#failed);
  }

  readonly #arrived = (count: number | null): boolean => {
    this.#pendingRead = undefined;
    if (count === null) this.#hasEnded = true;
    else this.#input.arrived(count);
    return count !== null;
  };

  readonly #failed = (error: unknown): never => {
    if (error instanceof DeadlineExceeded || error instanceof Stopping) throw error;
    throw this.#giveUp(new ConnectionClosed("the connection broke", { cause: error }));
  };

  #mayRead(): void {
    if (this.#broken !== undefined) throw this.#broken;
    // Octets of a message must never be taken for commands.
    if (this.#isInData) throw this.#giveUp(new ConnectionClosed("data was left unread"));
  }

  #giveUp(error: ConnectionClosed): ConnectionClosed {
    return this.#broken ??= error;
  }
}
