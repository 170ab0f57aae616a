/**
 * What failed logins cost. A failure's answer waits, and until it may be told nothing more is verified for the address
 * it came from: whoever does not wait for answers, or asks on many connections, gets no more guesses by it, and costs
 * the server no work. Each failure of an address, or of an account from anywhere, doubles the wait, up to a cap.
 *
 * Nobody is locked out:
 *
 * - where an account's last login from an address was right, that pair waits for nothing. Others' failures, behind the
 *   same address or against the same account, do not touch it;
 * - an owner at a clean address waits the base delay at most, however often the account was attacked from elsewhere.
 *
 * Failures are forgotten after a while, and of the many addresses and accounts only the latest are remembered.
 */
import { type Claim, PenaltyBook, type PenaltyBookSettings } from "./penalty_book.ts";

/** How hard failures are punished. */
export interface PenaltySettings extends PenaltyBookSettings {
  /** Waits. */
  readonly sleep: Sleep;
  /** Where failures are counted; absent: in a book of its own. */
  readonly book?: Book | undefined;
}

/** What is asked of a book, which may be in another thread. Each gives milliseconds. */
export interface Book {
  /** How long answers to earlier failures are still to wait. */
  remaining(claim: Claim): number | Promise<number>;
  /** Counts a failure: how long its answer is to wait. */
  failed(claim: Claim): number | Promise<number>;
  /** The attempt was right. */
  succeeded(claim: Claim): void;
}

/** Resolves after so many milliseconds, or as soon as the signal aborts; never rejects. */
export type Sleep = (milliseconds: number, signal: AbortSignal) => Promise<void>;

/** Failures of all clients. */
export class Penalties {
  readonly #settings: PenaltySettings;
  readonly #book: Book;

  /** No failures yet, but for those in a book that is given. */
  constructor(settings: PenaltySettings) {
    this.#settings = settings;
    this.#book = settings.book ?? new PenaltyBook(settings);
  }

  /** Before anything is verified: waits until answers to earlier failures may have been told. */
  async admit(claim: Claim, signal: AbortSignal): Promise<void> {
    if (this.#areFree) return;
    await this.#wait(await this.#book.remaining(claim), signal);
  }

  /** It was not proven. Counts at once, then waits until that may be told. */
  async failed(claim: Claim, signal: AbortSignal): Promise<void> {
    if (this.#areFree) return;
    await this.#wait(await this.#book.failed(claim), signal);
  }

  /** It was proven. Failures of the address stay: else an account of one's own would wash them away. */
  succeeded(claim: Claim): void {
    if (!this.#areFree) this.#book.succeeded(claim);
  }

  get #areFree(): boolean {
    return this.#settings.authDelay <= 0;
  }

  async #wait(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (milliseconds > 0 && !signal.aborted) await this.#settings.sleep(milliseconds, signal);
  }
}

/** Sleeps by the clock: what penalties use outside tests. */
export function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done, { once: true });
    function done() {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
  });
}
