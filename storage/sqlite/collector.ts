/** Has removed what no message has any more, or never had: a few files at a time, between the commits of others. */
import type { WriterLink } from "./writer_link.ts";

/** How long a body may stay unnamed, and how often that is looked after; milliseconds. */
const kept = 24 * 60 * 60 * 1000, interval = 60 * 60 * 1000;

/** Collects after the first commit, after those that leave something behind, and every hour. */
export class Collector {
  readonly #link: Pick<WriterLink, "request">;
  readonly #now: () => Date;
  #running: Promise<void> | undefined;
  #isStopped = false;
  #last = -Infinity;

  /** Through the link. */
  constructor(link: Pick<WriterLink, "request">, now: () => Date) {
    this.#link = link;
    this.#now = now;
  }

  /** Something was written: an occasion to look whether it is time. A storage that nobody writes to needs no look. */
  written(): void {
    // A clock that was set back makes it time as well.
    if (Math.abs(this.#now().getTime() - this.#last) >= interval) this.collect();
  }

  /** Collects now. */
  collect(): void {
    this.#last = this.#now().getTime();
    this.#running ??= this.#run();
  }

  /** Leaves the rest for the next time. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    try {
      while (!this.#isStopped) {
        const { more } = await this.#link.request("collect", { before: this.#now().getTime() - kept });
        if (!more) break;
      }
    } catch {
      // The link has said why; what is left is collected the next time.
    } finally {
      this.#running = undefined;
    }
  }
}
