/** Whether a signal that is to end the server is the one that it has had already. */

/** Milliseconds in which a signal that comes again is the same. */
const MOMENT = 500;

/**
 * `deno task` and `npx` pass on a signal that they have had. Where their whole process group has had it, as under systemd or
 * `timeout`, the server has it twice.
 */
export class EndingSignals {
  readonly #now: () => number;
  #first: number | undefined;

  /** @param now Milliseconds, of a clock that is never set. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** One has come. Gives whether it is another than the first: somebody cannot wait. */
  isAnother(): boolean {
    const now = this.#now();
    this.#first ??= now;
    return now - this.#first >= MOMENT;
  }
}
