/** A question that a guest has not answered yet, and the time that it has left for it. */
import type { Clock } from "./allowance.ts";
import type { Plain } from "./plain.ts";

/** What a guest may ask about a call, by name. Arguments are checked by whoever answers. */
export type Asks = Readonly<Record<string, (args: readonly Plain[]) => Promise<unknown>>>;

/** One call. The time that the server itself takes to answer the guest's questions does not count. */
export class PendingCall {
  /** The answer. */
  readonly answer: Promise<Plain>;
  /** What may be asked about it. */
  readonly asks: Asks;
  readonly #settle: PromiseWithResolvers<Plain>;
  readonly #late: () => void;
  readonly #clock: Clock;
  #left: number;
  #asked = 0;
  #since = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param late Called when the time is over. */
  constructor(deadline: number, asks: Asks, late: () => void, clock: Clock) {
    this.#settle = Promise.withResolvers<Plain>();
    this.answer = this.#settle.promise;
    this.asks = asks;
    this.#left = deadline;
    this.#late = late;
    this.#clock = clock;
    this.#run();
  }

  /** The guest has asked something: its time stands still until `resume`. */
  pause(): void {
    if (this.#asked++ > 0) return;
    clearTimeout(this.#timer);
    this.#left -= this.#clock() - this.#since;
    // Its timer may never have a turn: where a guest asks and asks, each question stops it, and the next comes before it.
    if (this.#left <= 0) this.#late();
  }

  /** It has got its answer. */
  resume(): void {
    if (--this.#asked === 0) this.#run();
  }

  /** It has answered. */
  resolve(value: Plain): void {
    this.#end();
    this.#settle.resolve(value);
  }

  /** It has failed, or is no more. */
  reject(error: unknown): void {
    this.#end();
    this.#settle.reject(error);
  }

  #run(): void {
    if (this.#left === Infinity) return;
    this.#since = this.#clock();
    this.#timer = setTimeout(this.#late, this.#left);
  }

  #end(): void {
    // What comes after the end starts no timer any more.
    this.#left = Infinity;
    clearTimeout(this.#timer);
  }
}
