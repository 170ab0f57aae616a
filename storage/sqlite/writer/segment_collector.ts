/**
 * Removes segments that nobody needs any more, and moves what lives in those that are mostly dead. A segment that can be
 * locked is filled by nobody, and never will be again: so nothing comes into it while it is looked at.
 */
import type { DatabaseSync } from "node:sqlite";
import { SegmentFileError } from "../segment_file_error.ts";
import type { SegmentFiles } from "../segment_files.ts";
import { Statement } from "../statement.ts";
import type { Segments } from "./segments.ts";

/** What one step removes, and what it moves: a few milliseconds. */
const SEGMENTS = 16, BODIES = 16, OCTETS = 1024 * 1024;

interface SegmentRow {
  readonly id: number;
}

interface BodyRow {
  readonly id: number;
  readonly offset: number;
  readonly size: number;
}

/** Over the table of segments. */
export class SegmentCollector {
  readonly #files: SegmentFiles;
  readonly #segments: Segments;
  readonly #transaction: <Result>(work: () => Result) => Result;
  readonly #dead: Statement<SegmentRow>;
  readonly #sparse: Statement<SegmentRow>;
  readonly #remove: Statement;
  readonly #bodies: Statement<BodyRow>;
  readonly #move: Statement;
  /** Those that cannot be read: whoever reads a body in them says so. */
  readonly #broken = new Set<number>();

  /** Over an open database; transactions are durable when they return. */
  constructor(
    database: DatabaseSync,
    files: SegmentFiles,
    segments: Segments,
    transaction: <Result>(work: () => Result) => Result,
  ) {
    const prepare = <Row>(sql: string) => new Statement<Row>(database, sql);
    this.#files = files;
    this.#segments = segments;
    this.#transaction = transaction;
    const sparse = "SELECT id FROM segments WHERE live * 2 <= octets";
    this.#dead = prepare(`${sparse} AND live = 0 AND unnamedSince IS NULL ORDER BY id`);
    this.#sparse = prepare(`${sparse} AND live > 0 ORDER BY id`);
    this.#remove = prepare("DELETE FROM segments WHERE id = ?");
    // What has octets in its row has a segment of its own.
    this.#bodies = prepare(
      `SELECT id, offset, size FROM bodies WHERE segment = ? AND offset >= 0 ORDER BY offset LIMIT ${BODIES}`,
    );
    this.#move = prepare("UPDATE bodies SET segment = ?, offset = ? WHERE id = ? AND segment = ?");
  }

  /** Takes a step. Gives whether there may be more to do. @throws Refusal, SegmentFileError, Error of SQLite. */
  step(): boolean {
    const folder = this.#files.lockFolder();
    // Whoever copies the files takes the database first, and needs all that it named then.
    if (folder === "busy" || folder === "gone") return false;
    using _held = folder;
    return this.#removeDead() || this.#moveLiving();
  }

  #removeDead(): boolean {
    return this.#transaction(() => {
      let count = 0;
      for (const { id } of this.#dead.all()) {
        // That it is dead is on the disk already, but where its body was no message's. A row whose file is gone is found
        // again; a file whose row is gone would not be.
        if (!this.#removeFile(id)) continue;
        this.#remove.run(id);
        if (++count === SEGMENTS) break;
      }
      if (count > 0) this.#syncNames();
      return count > 0;
    });
  }

  /** False where somebody else has it. @throws SegmentFileError. */
  #removeFile(segment: number): boolean {
    try {
      const lock = this.#files.lock(segment);
      if (lock === "busy") return false;
      // Whatever becomes of it: a lock that stays would keep it for as long as the program runs.
      using _held = lock === "gone" ? undefined : lock;
      this.#files.remove(segment);
      return true;
    } catch (error) {
      throw new SegmentFileError(this.#files.path(segment), error);
    }
  }

  /** A loss of power does not bring back a file whose row is gone for good. @throws SegmentFileError. */
  #syncNames(): void {
    try {
      this.#files.sync();
    } catch (error) {
      throw new SegmentFileError(this.#files.folder, error);
    }
  }

  #moveLiving(): boolean {
    for (const { id } of this.#sparse.all()) {
      const lock = this.#broken.has(id) ? "busy" : this.#files.lock(id);
      if (lock === "busy") continue;
      try {
        if (lock !== "gone" && this.#moveFrom(id)) return true;
        this.#broken.add(id);
      } finally {
        if (lock !== "gone") lock.close();
      }
    }
    return false;
  }

  /** Some of its bodies, into the current segment. Gives whether there were any. */
  #moveFrom(segment: number): boolean {
    const bodies: BodyRow[] = [], contents: Uint8Array[] = [];
    let octets = 0;
    for (const body of this.#bodies.all(segment)) {
      if (octets > OCTETS) break;
      const content = this.#read(segment, body);
      if (content === undefined) return false;
      bodies.push(body);
      contents.push(content);
      octets += body.size;
    }
    const places = this.#segments.keep(contents);
    this.#transaction(() => {
      for (const [index, { id, size }] of bodies.entries()) {
        const place = places[index];
        // Its last message may have gone meanwhile.
        if (place === undefined || this.#move.run(place.segment, place.offset, id, segment) === 0) continue;
        this.#segments.fill(place, size);
        this.#segments.empty(segment, size);
      }
    });
    return bodies.length > 0;
  }

  #read(segment: number, { offset, size }: BodyRow): Uint8Array | undefined {
    try {
      return this.#files.read(segment, offset, size);
    } catch {
      return undefined;
    }
  }
}
