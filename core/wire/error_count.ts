/**
 * Errors that a client makes: commands without sense, logins that fail. A program gone wrong and one that guesses are left
 * after so many; one that works for days and errs now and then is not.
 */
import type { Logger } from "../contract/logger.ts";

/** The errors of one session. */
export class ErrorCount {
  readonly #most: number;
  readonly #log: Logger;
  #count = 0;

  /** None yet. @param most How many may stand at a time. */
  constructor(most: number, log: Logger) {
    this.#most = most;
    this.#log = log;
  }

  /** One more. @returns Whether that is one too many, which has been logged then. */
  add(): boolean {
    if (++this.#count <= this.#most) return false;
    this.#log.warn("too many errors", { errors: this.#count });
    return true;
  }

  /** Something was done that only who has a right to it can ask for, which nobody guesses with: it makes up for an error. */
  makeUp(): void {
    if (this.#count > 0) this.#count--;
  }
}
