/** Work that takes much memory, a little of it at a time: the rest waits, in a queue that has an end. */
import { Refusal } from "../../../core/contract/refusal.ts";

/** Lets so many pieces of work be done at once. */
export class Turns {
  readonly #atOnce: number;
  readonly #mostWaiting: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /** At least one at once. */
  constructor(atOnce: number, mostWaiting: number) {
    this.#atOnce = atOnce;
    this.#mostWaiting = mostWaiting;
  }

  /** Does the work when its turn comes. @throws Refusal `unavailable` when too many wait already. */
  async take<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#running < this.#atOnce) this.#running++;
    else await this.#wait();
    try {
      return await work();
    } finally {
      // A turn is handed on; nobody who comes meanwhile can take it.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }

  #wait(): Promise<void> {
    if (this.#waiting.length >= this.#mostWaiting) {
      throw new Refusal("unavailable", "too many passwords are being checked at once, try again later");
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
