/**
 * Segments, as the writer fills them. Their order of events keeps every body: octets are on the disk before a transaction
 * names them, a file comes and goes only within the transaction that writes its row, and whoever fills one holds its lock.
 */
import type { DatabaseSync } from "node:sqlite";
import type { SegmentFiles } from "../segment_files.ts";
import { Statement } from "../statement.ts";
import { OpenSegment } from "./open_segment.ts";

/** Where a body's octets lie. */
export interface Place {
  /** The segment's key. */
  readonly segment: number;
  /** Where in it the first octet is, or would be if the first ones did not lie in the body's row. */
  readonly offset: number;
}

/** A transaction that is not synced: what is in it is on the disk with the next that is. */
export type Unsynced = <Result>(work: () => Result) => Result;

/** Their table, and the one that this writer fills. */
export class Segments {
  readonly #files: SegmentFiles;
  readonly #unsynced: Unsynced;
  readonly #insert: Statement<{ readonly id: number }>;
  readonly #adopt: Statement;
  readonly #setEnd: Statement;
  readonly #fill: Statement;
  readonly #complete: Statement;
  readonly #name: Statement;
  readonly #incomplete: Statement<{ readonly id: number }>;
  readonly #isUnnamed: Statement;
  readonly #empty: Statement<{ readonly isSparse: number }>;
  #current: OpenSegment | undefined;
  /** That was current before: its row does not know yet how long it has become. */
  #last: OpenSegment | undefined;
  #garbage = false;

  /** Over an open database. */
  constructor(database: DatabaseSync, files: SegmentFiles, unsynced: Unsynced) {
    const prepare = <Row>(sql: string) => new Statement<Row>(database, sql);
    this.#files = files;
    this.#unsynced = unsynced;
    this.#insert = prepare("INSERT INTO segments (unnamedSince) VALUES (?) RETURNING id");
    this.#adopt = prepare(
      "UPDATE segments SET unnamedSince = CAST(unixepoch('subsec') * 1000 AS INTEGER), octets = ? WHERE id = ?",
    );
    this.#setEnd = prepare("UPDATE segments SET octets = ? WHERE id = ?");
    this.#fill = prepare("UPDATE segments SET octets = max(octets, ?), live = live + ? WHERE id = ?");
    this.#complete = prepare(
      "UPDATE segments SET octets = ?2, live = ?2 WHERE id = ?1 AND unnamedSince IS NOT NULL",
    );
    this.#name = prepare("UPDATE segments SET unnamedSince = NULL WHERE id = ? AND unnamedSince IS NOT NULL");
    this.#incomplete = prepare("SELECT id FROM segments WHERE unnamedSince IS NOT NULL AND octets = 0");
    this.#isUnnamed = prepare("SELECT 1 FROM segments WHERE id = ? AND unnamedSince IS NOT NULL");
    this.#empty = prepare(
      "UPDATE segments SET live = live - ? WHERE id = ? RETURNING live * 2 <= octets AS isSparse",
    );
  }

  /** Keeps bodies. They are on the disk when it returns, and nowhere named. @throws SegmentFileError, Error of SQLite. */
  keep(bodies: readonly Uint8Array[]): Place[] {
    if (bodies.length === 0) return [];
    if (this.#current === undefined || this.#current.end >= this.#files.full) this.#beginNext();
    const segment = this.#current;
    if (segment === undefined) throw new Error("a segment was begun and is not there");
    const start = segment.end;
    try {
      const places = bodies.map((octets) => ({ segment: segment.id, offset: segment.append(octets) }));
      segment.sync();
      return places;
    } catch (error) {
      if (!segment.cut(start)) this.#endCurrent();
      throw error;
    }
  }

  /** A segment for one long body that comes in, which is no message's yet. @throws SegmentFileError, Error of SQLite. */
  begin(now: number): OpenSegment {
    return this.#begun(() => this.#insertNew(now));
  }

  /** A body was given this place. */
  fill({ segment, offset }: Place, size: number): void {
    this.#fill.run(offset + size, size, segment);
  }

  /** All of a long body is there. Gives whether that is still wanted. */
  complete(segment: number, octets: number): boolean {
    return this.#complete.run(segment, octets) > 0;
  }

  /** A message is about to have a body of that segment. Gives whether it is the first, and the body long. */
  name(segment: number): boolean {
    return this.#name.run(segment) > 0;
  }

  /** No message will have the long body of that segment. */
  forget(segment: number): void {
    this.#name.run(segment);
    this.#garbage = true;
  }

  /**
   * Of long bodies that are not complete, those that nobody fills any more will never be. Whoever fills one holds its lock,
   * until it is complete.
   */
  forgetAbandoned(): void {
    for (const { id } of this.#incomplete.all()) {
      const lock = this.#files.lock(id);
      if (lock === "busy") continue;
      if (lock !== "gone") lock.close();
      this.forget(id);
    }
  }

  /** Whether the body of that segment is no message's. */
  isUnnamed(segment: number): boolean {
    return this.#isUnnamed.get(segment) !== undefined;
  }

  /** Some of it is nobody's any more. */
  empty(segment: number, octets: number): void {
    const isSparse = this.#empty.get(octets, segment)?.isSparse === 1;
    // The one that is being filled is not collected.
    if (isSparse && segment !== this.#current?.id) this.#garbage = true;
  }

  /** Whether there may be something to collect since this was last asked. */
  takeGarbage(): boolean {
    const garbage = this.#garbage;
    this.#garbage = false;
    return garbage;
  }

  /** Lets go of what is open. */
  close(): void {
    this.#current?.close();
    this.#current = undefined;
  }

  #beginNext(): void {
    const before = this.#current ?? this.#last;
    const next = this.#begun(() => {
      // What was appended and never named counts too, or nobody would collect it.
      if (before !== undefined) this.#setEnd.run(before.end, before.id);
      return this.#insertNew(null);
    });
    this.#current?.close();
    this.#current = next;
    this.#last = undefined;
    if (before !== undefined) this.#garbage = true;
  }

  #endCurrent(): void {
    this.#current?.close();
    this.#last = this.#current;
    this.#current = undefined;
  }

  #begun(insert: () => OpenSegment): OpenSegment {
    let begun: OpenSegment | undefined;
    try {
      this.#unsynced(() => begun = insert());
    } catch (error) {
      // On a full disk none is adopted: each try would have to pass by those of all tries before.
      begun?.remove();
      throw error;
    }
    if (begun === undefined) throw new Error("a segment was begun and is not there");
    return begun;
  }

  #insertNew(unnamedSince: number | null): OpenSegment {
    for (;;) {
      const id = this.#insert.get(unnamedSince)?.id ?? 0;
      const segment = OpenSegment.create(this.#files, id);
      if (segment !== undefined) return segment;
      // What a crash left before its row was there for good; or of a time that the database, which was restored, does not
      // know: it goes as what nobody names goes, but not at once.
      this.#adopt.run(this.#files.size(id), id);
    }
  }
}
