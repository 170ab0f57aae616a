/** What the operator is told of failures to write: once that it fails, once that it works again. */
import type { Logger } from "../../core/contract/logger.ts";
import type { WriterRequests } from "./writer_messages.ts";

/**
 * Milliseconds without a failure after which it is said that writing works again. A disk that is nearly full has room for
 * some commits and not for others: each change between the two would be a line, on the same disk perhaps.
 */
const CALM = 60_000;

/** Of one database. */
export class WriteFailures {
  readonly #file: string;
  readonly #log: Logger;
  readonly #now: () => number;
  /** When the last one was; undefined: the operator knows of none. */
  #failedAt: number | undefined;

  /** @param now Milliseconds of a clock that never goes back. */
  constructor(file: string, log: Logger, now: () => number) {
    this.#file = file;
    this.#log = log;
    this.#now = now;
  }

  /** A request has failed. */
  failed(asked: keyof WriterRequests | undefined, cause: unknown): void {
    if (asked === "index") {
      // The index may be damaged, and all else be well.
      this.#log.error(
        `${this.#file}: texts cannot be indexed: ${cause}; searches read what is not, and it is tried again later`,
      );
      return;
    }
    if (this.#failedAt === undefined) {
      this.#log.error(
        `${this.#file}: cannot be written: ${cause}; clients are told to come again, see that there is room, that the ` +
          "disk works, and that no other program holds the file",
      );
    }
    this.#failedAt = this.#now();
  }

  /** Something was committed. */
  worked(): void {
    if (this.#failedAt === undefined || this.#now() - this.#failedAt < CALM) return;
    this.#failedAt = undefined;
    this.#log.info(`${this.#file}: can be written again`);
  }
}
