/** How often something may happen: so many at once, and so many more each second. */

/** Time that only goes forward, in milliseconds. */
export type Clock = () => number;

/** A bucket that fills again. */
export class Allowance {
  readonly #most: number;
  readonly #perSecond: number;
  readonly #clock: Clock;
  #left: number;
  #since: number;

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
    const now = this.#clock();
    this.#left = Math.min(this.#most, this.#left + (now - this.#since) / 1000 * this.#perSecond);
    this.#since = now;
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}
