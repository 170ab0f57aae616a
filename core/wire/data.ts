/**
 * Data that follows a command: so many octets, or dot-stuffed lines up to a dot. Iterators by hand: a generator costs more
 * for each piece, and these can be left and taken up again, by whoever has to read the rest away.
 */
import type { DotData } from "../contract/mod.ts";
import { DotDecoder } from "./dot_decoder.ts";
import { type ConnectionClosed, Endless, MessageTooLarge } from "./errors.ts";
import type { InputBuffer } from "./input_buffer.ts";

/** What reading data needs of its reader. */
export interface DataSource {
  /** What has arrived. */
  readonly input: InputBuffer;
  /** Waits for more to arrive. @throws ConnectionClosed at the end of the stream. */
  more(): Promise<void>;
  /** The data has ended: what follows are lines again. */
  ended(): void;
  /** Nothing can be read any more; the error to throw: the first that was given. */
  giveUp(error: ConnectionClosed): ConnectionClosed;
}

/** A piece of data, or its end. */
type Step = IteratorResult<Uint8Array, undefined>;

const end: Step = { done: true, value: undefined };

/** So many octets. */
export class ExactData implements AsyncIterableIterator<Uint8Array, undefined> {
  readonly #source: DataSource;
  #left: number;

  /** @param size How many. */
  constructor(size: number, source: DataSource) {
    this.#left = size;
    this.#source = source;
  }

  /** Whether all have been taken. */
  get hasEnded(): boolean {
    return this.#left === 0;
  }

  /** The next octets, valid until the next call. */
  next(): Promise<Step> {
    if (this.#left === 0) return Promise.resolve(end);
    return this.#source.input.length > 0 ? Promise.resolve(this.#take()) : this.#wait();
  }

  /** Goes on where it is. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  async #wait(): Promise<Step> {
    await this.#source.more();
    return this.#take();
  }

  #take(): Step {
    const { input } = this.#source;
    const value = input.use(Math.min(this.#left, input.length));
    this.#left -= value.length;
    if (this.#left === 0) this.#source.ended();
    return { done: false, value };
  }
}

/** Octets of data past its limit that are read away at least; otherwise as many again as were allowed. */
const LEAST_EXCESS = 1_048_576;

/** Lines up to a dot. */
export class DottedData implements DotData, AsyncIterableIterator<Uint8Array, undefined> {
  readonly #source: DataSource;
  readonly #decoder = new DotDecoder();
  readonly #limit: number;
  #size = 0;

  /** @param limit Octets of content that are taken. */
  constructor(limit: number, source: DataSource) {
    this.#limit = limit;
    this.#source = source;
  }

  /** Whether a CR without LF or a LF without CR has gone by. */
  get hasBareLineEnd(): boolean {
    return this.#decoder.hasBareLineEnd;
  }

  /** Whether the dot has gone by. */
  get hasEnded(): boolean {
    return this.#decoder.hasEnded;
  }

  /** The next octets, valid until the next call. */
  next(): Promise<Step> {
    try {
      const step = this.#step();
      return step === undefined ? this.#wait() : Promise.resolve(step);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Goes on where it is. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  async #wait(): Promise<Step> {
    for (;;) {
      await this.#source.more();
      const step = this.#step();
      if (step !== undefined) return step;
    }
  }

  /** What can be said without waiting. */
  #step(): Step | undefined {
    const decoder = this.#decoder, { input } = this.#source;
    if (decoder.hasEnded) return end;
    const value = decoder.decode(input.view());
    input.use(decoder.consumed);
    if (decoder.hasEnded) this.#source.ended();
    this.#size += value.length;
    if (this.#size > this.#limit) return this.#discard();
    if (value.length > 0) return { done: false, value };
    return decoder.hasEnded ? end : undefined;
  }

  #discard(): undefined {
    const hasEnded = this.#decoder.hasEnded;
    if (!hasEnded && this.#size - this.#limit <= Math.max(this.#limit, LEAST_EXCESS)) return;
    const cause = new MessageTooLarge(this.#limit);
    throw hasEnded ? cause : this.#source.giveUp(new Endless("the message went on far beyond its limit", { cause }));
  }
}
