/** How often something may happen: so many at once, and so many more each second. */

/** Time that only goes forward, in milliseconds. */
export type Clock = () => number;

/** A bucket that fills again. */
export class Allowance implements Disposable {
  readonly #most: number;
  readonly #perSecond: number;
  readonly #clock: Clock;
  #left: number;
  #since: number;
  /** Ends with the turn in which the bucket was filled. */
  #turn: ReturnType<typeof setTimeout> | undefined;

  /** Full. */
  constructor(most: number, perSecond: number, clock: Clock) {
    this.#most = most;
    this.#perSecond = perSecond;
    this.#clock = clock;
    this.#left = most;
    this.#since = clock();
  }

  /** Takes one, if there is one. */
  take(): boolean {
    this.#turn ??= this.#fill();
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }

  /** It is not asked any more. */
  [Symbol.dispose](): void {
    clearTimeout(this.#turn);
  }

  /**
   * Once in each turn of timers. Messages of a thread are handed over as long as there are any, and nothing else has its turn
   * meanwhile: what comes faster than it can be looked at would be given more and more time on a slow machine.
   */
  #fill(): ReturnType<typeof setTimeout> {
    const now = this.#clock();
    this.#left = Math.min(this.#most, this.#left + (now - this.#since) / 1000 * this.#perSecond);
    this.#since = now;
    return setTimeout(() => this.#turn = undefined);
  }
}
