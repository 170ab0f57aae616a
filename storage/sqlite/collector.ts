/** Has removed what no message has any more, or never had: a few files at a time, between the commits of others. */
import type { Logger } from "../../core/contract/logger.ts";
import type { WaitClock } from "../../core/wire/waits.ts";
import type { WriterLink } from "./writer_link.ts";

/** Octets. */
const MEBIBYTE = 1_048_576;
/**
 * MiB of SQLite's log that are too many: it is begun anew once it is moved into the database, a few megabytes at a time
 * (`openForWriting`), unless a reader needs what is in it, or the disk does not take it. Neither keeps anybody from writing.
 */
const LARGEST_LOG = 256;
/** How long a body may stay unnamed, and how often that is looked after; milliseconds. */
const kept = 24 * 60 * 60 * 1000, interval = 60 * 60 * 1000;

/** What it needs to know. */
export interface CollectorSettings {
  /** The database. */
  readonly file: string;
  /** For the operator. */
  readonly log: Pick<Logger, "warn">;
  /** The time. */
  readonly now: () => Date;
  /** How much of it goes by, whatever is set. */
  readonly clock: Pick<WaitClock, "now">;
}

/** Collects after the first commit, after those that leave something behind, and every hour. */
export class Collector {
  readonly #link: Pick<WriterLink, "request">;
  readonly #settings: CollectorSettings;
  #running: Promise<void> | undefined;
  #isStopped = false;
  #last = -Infinity;
  #lookedAt = -Infinity;
  /** The time when the other clock showed 0. */
  readonly #start: number;

  /** Through the link. */
  constructor(link: Pick<WriterLink, "request">, settings: CollectorSettings) {
    this.#link = link;
    this.#settings = settings;
    this.#start = this.#now - settings.clock.now();
  }

  /** Something was written: an occasion to look whether it is time. A storage that nobody writes to needs no look. */
  written(): void {
    const now = this.#now;
    // A clock that was set back makes it time as well.
    if (Math.abs(now - this.#last) >= interval) this.collect();
    if (Math.abs(now - this.#lookedAt) < interval) return;
    this.#lookedAt = now;
    this.#lookAtLog();
  }

  /** Collects now. */
  collect(): void {
    this.#last = this.#now;
    this.#running ??= this.#run();
  }

  /** Leaves the rest for the next time. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  get #now(): number {
    return this.#settings.now().getTime();
  }

  /**
   * The time, as far as it has gone by: a clock that is set forward makes nothing older, least of all a body that is coming
   * in. One that is set back makes nothing older either.
   */
  get #reached(): number {
    return Math.min(this.#now, this.#start + this.#settings.clock.now());
  }

  #lookAtLog(): void {
    const path = `${this.#settings.file}-wal`, mebibytes = Math.round(sizeOf(path) / MEBIBYTE);
    if (mebibytes < LARGEST_LOG) return;
    this.#settings.log.warn(
      `${path}: has grown to ${mebibytes} MiB, and goes on: see whether another program has had the database open for ` +
        "long, such as a backup that hangs, and end it; and whether the disk works",
    );
  }

  async #run(): Promise<void> {
    try {
      while (!this.#isStopped) {
        const { more } = await this.#link.request("collect", { before: this.#reached - kept });
        if (!more) break;
      }
    } catch {
      // The link has said why; what is left is collected the next time.
    } finally {
      this.#running = undefined;
    }
  }
}

function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch {
    // Where something is amiss, whoever writes says so.
    return 0;
  }
}
