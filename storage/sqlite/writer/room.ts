/** How much the database and the files of bodies may hold together, where that is limited. */
import type { DatabaseSync } from "node:sqlite";
import { limitDatabase, octetsOf } from "../database_file.ts";
import { SegmentFileError } from "../segment_file_error.ts";
import { Statement } from "../statement.ts";

/** What bodies need counts, and not what is left over in their files until it is collected. */
export class Room {
  readonly #database: DatabaseSync;
  readonly #folder: string;
  readonly #largest: number;
  readonly #live: Statement<{ readonly live: number }>;
  /** Octets in use, more or less: when they seem too many, they are counted. */
  #used = Infinity;
  #held = 0;

  /** `largest` octets, if they are limited, of a database and this folder. */
  constructor(database: DatabaseSync, folder: string, largest = Infinity) {
    this.#database = database;
    this.#folder = folder;
    this.#largest = largest;
    this.#live = new Statement(database, "SELECT ifnull(sum(live), 0) AS live FROM segments");
  }

  /** Octets are about to be appended to a file. @throws SegmentFileError. */
  take(octets: number): void {
    if (this.#largest === Infinity) return;
    if (this.#used + octets > this.#largest) this.#measure();
    this.#used += octets;
    if (octets === 0 || this.#used <= this.#largest) return;
    this.doubt();
    throw new SegmentFileError(this.#folder, "it is full, as max_size says");
  }

  /** Counts anew before the next are taken. */
  doubt(): void {
    this.#used = Infinity;
  }

  /** The same for a body that is not counted in the database before it is complete. @throws SegmentFileError. */
  hold(octets: number): void {
    this.take(octets);
    this.#held += octets;
  }

  /** So much of what was held is counted in the database, or garbage. */
  letGo(octets: number): void {
    this.#held -= octets;
  }

  /** Counts, and gives the database what the files leave. */
  #measure(): void {
    const live = this.#live.get()?.live ?? 0;
    this.#used = octetsOf(this.#database) + live + this.#held;
    limitDatabase(this.#database, this.#largest - live - this.#held);
  }
}
