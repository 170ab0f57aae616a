/** Reads, and what it means to those who ask, and to the operator, when the database cannot be read. */
import type { Logger } from "../../core/contract/logger.ts";
import { Refusal } from "../../core/contract/refusal.ts";
import { messageOf } from "../../core/wire/error_message.ts";
import type { WaitClock } from "../../core/wire/waits.ts";
import { ERROR, MISUSE, sqliteCode } from "./statement.ts";

/** Milliseconds between two lines of the log: some pages may be readable, and others not, for as long as it lasts. */
const SILENCE = 60_000;

/** Of one database. */
export class Reads {
  readonly #file: string;
  readonly #log: Pick<Logger, "error">;
  readonly #clock: Pick<WaitClock, "now">;
  #toldAt = -Infinity;

  /** Where it is, and who is told. */
  constructor(file: string, log: Pick<Logger, "error">, clock: Pick<WaitClock, "now">) {
    this.#file = file;
    this.#log = log;
    this.#clock = clock;
  }

  /** Reads. Rejects as `now` throws. */
  try<Result>(read: () => Result): Promise<Result> {
    return Promise.try(() => this.now(read));
  }

  /** The same, at once. @throws Refusal `unavailable` where the database cannot be read, and what else `read` throws. */
  now<Result>(read: () => Result): Result {
    try {
      return read();
    } catch (error) {
      throw this.#explained(error);
    }
  }

  /** The same of what reads in several turns. */
  async whole<Result>(reading: Promise<Result>): Promise<Result> {
    try {
      return await reading;
    } catch (error) {
      throw this.#explained(error);
    }
  }

  #explained(error: unknown): unknown {
    const code = sqliteCode(error);
    // Of these the statement is the reason, and not the file.
    if (code === undefined || code === ERROR || code === MISUSE) return error;
    const cause = messageOf(error), now = this.#clock.now();
    if (now - this.#toldAt >= SILENCE) {
      this.#toldAt = now;
      this.#log.error(
        `${this.#file}: cannot be read: ${cause}; clients are told to come again, see whether the disk works, and if it ` +
          "does, restore the file from a backup",
      );
    }
    return new Refusal("unavailable", "mail cannot be read for now", { cause });
  }
}
