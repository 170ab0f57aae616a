/**
 * Waits for peers, each with a deadline, all on one ticker: a timer for each read would cost more than the read. A wait
 * ends at the first tick after its time, so up to a second late.
 */
import { DeadlineExceeded, Stopping } from "./errors.ts";

/** The time, and a ticker. Tests have their own. */
export interface WaitClock {
  /** Milliseconds since whenever; never goes back. */
  now(): number;
  /** Calls again and again until what it returns is called. */
  every(milliseconds: number, tick: () => void): () => void;
}

/** The time as it is. */
export const systemClock: WaitClock = {
  now: () => performance.now(),
  every(milliseconds, tick) {
    const timer = setInterval(tick, milliseconds);
    return () => clearInterval(timer);
  },
};

/** Milliseconds between two looks at the time. */
const TICK = 1000;

interface Wait {
  readonly dueAt: number;
  readonly isWakeable: boolean;
  reject(error: Error): void;
  /** Where it stands among all, as long as it is one of them. */
  place: number;
}

/** All waits of a server. The ticker runs while there are any. */
export class Waits implements Disposable {
  readonly #clock: WaitClock;
  readonly #stop: AbortSignal | undefined;
  /**
   * In no order. Not a Set: where one grows and shrinks all the time, its old tables keep each other and all that was in
   * them until the old generation is collected.
   */
  readonly #waits: Wait[] = [];
  #stopTicking: (() => void) | undefined;
  #isStopping: boolean;
  readonly #wake = () => {
    this.#isStopping = true;
    this.#rejectWhere(({ isWakeable }) => isWakeable, () => new Stopping());
  };

  /** @param stop When it aborts, those who wait for a command are woken by `Stopping`. */
  constructor(stop?: AbortSignal, clock: WaitClock = systemClock) {
    this.#clock = clock;
    this.#stop = stop;
    this.#isStopping = stop?.aborted ?? false;
    stop?.addEventListener("abort", this.#wake, { once: true });
  }

  /** As the clock has it, in milliseconds. */
  now(): number {
    return this.#clock.now();
  }

  /**
   * Settles as `event` does, if that is in time. What it gives later is dropped; who needs it keeps the promise.
   *
   * @param milliseconds How long to wait for it.
   * @param isWakeable Whether the server's stop ends the wait.
   * @throws DeadlineExceeded, Stopping, or what `event` throws.
   */
  within<T>(event: Promise<T>, milliseconds: number, isWakeable = false): Promise<T> {
    return this.until(event, this.#clock.now() + milliseconds, isWakeable);
  }

  /** The same up to a moment of the clock. */
  until<T>(event: Promise<T>, dueAt: number, isWakeable = false): Promise<T> {
    if (isWakeable && this.#isStopping) return Promise.reject(new Stopping());
    return new Promise((resolve, reject) => {
      const wait: Wait = { dueAt, isWakeable, reject, place: this.#waits.length };
      this.#waits.push(wait);
      this.#stopTicking ??= this.#clock.every(TICK, () => this.#tick());
      event.then((value) => {
        this.#remove(wait);
        resolve(value);
      }, (error) => {
        this.#remove(wait);
        reject(error);
      });
    });
  }

  /** Stops the ticker and lets the signal go. What still waits is left to its event. */
  [Symbol.dispose](): void {
    this.#waits.length = 0;
    this.#rest();
    this.#stop?.removeEventListener("abort", this.#wake);
  }

  #tick(): void {
    // Not after each wait: a busy server would set and clear timers all the time.
    if (this.#waits.length === 0) return this.#rest();
    const now = this.#clock.now();
    this.#rejectWhere(({ dueAt }) => dueAt <= now, () => new DeadlineExceeded());
  }

  #rest(): void {
    this.#stopTicking?.();
    this.#stopTicking = undefined;
  }

  #rejectWhere(isMeant: (wait: Wait) => boolean, error: () => Error): void {
    for (const wait of this.#waits.filter(isMeant)) {
      this.#remove(wait);
      wait.reject(error());
    }
  }

  /** The last one takes its place. */
  #remove(wait: Wait): void {
    const { place } = wait;
    if (this.#waits[place] !== wait) return;
    const last = this.#waits.pop();
    if (last === undefined || last === wait) return;
    this.#waits[place] = last;
    last.place = place;
  }
}
