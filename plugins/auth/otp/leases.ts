/**
 * One login of an account at a time (RFC 2289 §9): who has listened to most of a one-time password as it was typed must not
 * guess the rest in parallel, and be quicker than its owner.
 */

/** Milliseconds in which nobody else gets in: so long it takes a person to find six words and type them. */
const leaseTime = 120_000;

/** A login under way. */
interface Holder {
  readonly since: number;
}

/** Who logs in now. As many as there are exchanges under way. */
export class Leases {
  readonly #holders = new Map<string, Holder>();
  readonly #now: () => Date;

  /** By this clock. */
  constructor(now: () => Date) {
    this.#now = now;
  }

  /** Begins a login; undefined while another one is under way. Dispose of it at the end. */
  take(name: string): Lease | undefined {
    const since = this.#now().getTime();
    const before = this.#holders.get(name);
    // RFC 2289 §9: whoever begins and never answers must not keep others out. A clock may be set back.
    if (before !== undefined && Math.abs(since - before.since) < leaseTime) return undefined;
    const holder = { since };
    this.#holders.set(name, holder);
    const isHeld = () => this.#holders.get(name) === holder;
    return {
      get isHeld() {
        return isHeld();
      },
      [Symbol.dispose]: () => void (isHeld() && this.#holders.delete(name)),
    };
  }
}

/** The right to log in. */
export interface Lease extends Disposable {
  /** Whether nobody else has begun meanwhile. */
  readonly isHeld: boolean;
}
