/** Asks a thread again and again whether it is there, which one that is caught in a loop cannot answer. */
import type { WaitClock } from "../../wire/waits.ts";

/** Milliseconds between two questions. */
const INTERVAL = 10_000;
/**
 * Looks in a row that find the last question not answered: a minute. Whatever keeps a thread busy for so long, none of its
 * clients has been served meanwhile, and most have left. Looks are counted, and not time: where it is the asking thread that
 * was busy, or the machine that slept, the answers wait to be read.
 */
const MOST_SILENT = 6;

/** Begins at once, and ends when it is disposed of, or has found a thread that does not answer. */
export class Watchdog implements Disposable {
  readonly #ask: () => Promise<unknown>;
  readonly #silent: () => void;
  readonly #stop: () => void;
  #isAsked = false;
  #looks = 0;

  /** @param ask Asks the thread. @param silent Is called once, when it does not answer. */
  constructor(ask: () => Promise<unknown>, silent: () => void, clock: WaitClock) {
    this.#ask = ask;
    this.#silent = silent;
    this.#stop = clock.every(INTERVAL, () => this.#look());
  }

  [Symbol.dispose](): void {
    this.#stop();
  }

  #look(): void {
    if (!this.#isAsked) {
      this.#isAsked = true;
      this.#looks = 0;
      // Only an answer counts: what keeps it from coming is seen by the looks.
      this.#ask().then(() => this.#isAsked = false, () => {});
    } else if (++this.#looks === MOST_SILENT) {
      this.#stop();
      this.#silent();
    }
  }
}
