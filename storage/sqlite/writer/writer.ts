/** The writer: one connection that commits groups of batches, and takes in long bodies. Runs in `writer_worker.ts`. */
import type { DatabaseSync } from "node:sqlite";
import { Refusal } from "../../../core/contract/refusal.ts";
import type { Operation } from "../../../core/contract/storage.ts";
import { messageOf } from "../../../core/wire/error_message.ts";
import { wakesQueue } from "../../common/queue.ts";
import { openForWriting } from "../database_file.ts";
import { LostFileError, OpenedFile } from "../opened_file.ts";
import { SegmentFileError } from "../segment_file_error.ts";
import { SegmentFiles } from "../segment_files.ts";
import { CONSTRAINT, sqliteCode, Statement, TupleStatement } from "../statement.ts";
import type { BatchOutcome, Failure, Group, GroupOutcome, WriterAnswers, WriterRequests } from "../writer_messages.ts";
import { Bodies } from "./bodies.ts";
import { FullText } from "./full_text.ts";
import { IncomingBodies } from "./incoming_bodies.ts";
import { openTables, perform, type Tables } from "./perform.ts";
import { Room } from "./room.ts";
import { SegmentCollector } from "./segment_collector.ts";
import { Segments } from "./segments.ts";
import { Touched } from "./touched.ts";

/** One for each request; all synchronous. */
type Handlers = { [Name in keyof WriterRequests]: (request: WriterRequests[Name]) => WriterAnswers[Name] };

/** Of SQLite's log, which is open all the while: whoever closes the database last moves what is in it there. */
const logAdvice =
  "put it back, or, where it is gone, end the server by SIGTERM, which saves what is in it, and start it";

/** Milliseconds between two looks at the log: one takes as long as a fiftieth of a small message. */
const LOG_TRUSTED = 1000;

/** Answers requests; what a request throws, nothing of it has been done. */
export class Writer implements Omit<Handlers, "open"> {
  /** Its number among all writers that there ever were. */
  readonly session: number;
  readonly #file: OpenedFile;
  readonly #log: OpenedFile;
  /** When it was last seen in its place. */
  #logSeen = -Infinity;
  readonly #database: DatabaseSync;
  readonly #touched = new Touched();
  readonly #tables: Tables;
  readonly #room: Room;
  readonly #segments: Segments;
  readonly #bodies: Bodies;
  readonly #incoming: IncomingBodies;
  readonly #collector: SegmentCollector;
  readonly #fullText: FullText;
  readonly #steps: Record<"begin" | "commit" | "rollback" | "mark" | "toMark" | "unmark", Statement>;
  readonly #version: TupleStatement<readonly [version: number]>;
  readonly #countSession: Statement<{ readonly value: number }>;
  /** Until here it is told whether others wrote; first of all they may have, and a writer before this one. */
  #toldVersion: number | undefined;

  /** Opens the database. @throws LostFileError, Error of SQLite. */
  constructor({ file, largest, busyTimeout, fullText }: WriterRequests["open"], files = new SegmentFiles(file)) {
    this.#file = new OpenedFile(file);
    const database = openForWriting(file, largest, busyTimeout);
    this.#database = database;
    files.makeFolder();
    this.#room = new Room(database, files.folder, largest);
    this.#segments = new Segments(database, files, (work) => this.#unsynced(work));
    this.#bodies = new Bodies(database, files, this.#segments, this.#room);
    this.#incoming = new IncomingBodies(this.#segments, this.#room);
    this.#collector = new SegmentCollector(database, files, this.#segments, (work) => this.#transaction(work));
    this.#fullText = new FullText(database, files);
    this.#tables = openTables(database, this.#bodies, this.#touched);
    this.#steps = {
      // IMMEDIATE: another process's writes are waited for here, and not met in the middle.
      begin: new Statement(database, "BEGIN IMMEDIATE"),
      commit: new Statement(database, "COMMIT"),
      rollback: new Statement(database, "ROLLBACK"),
      mark: new Statement(database, "SAVEPOINT batch"),
      toMark: new Statement(database, "ROLLBACK TO batch"),
      unmark: new Statement(database, "RELEASE batch"),
    };
    this.#version = new TupleStatement(database, "PRAGMA data_version");
    this.#countSession = new Statement(
      database,
      "UPDATE counters SET value = value + 1 WHERE name = 'sessions' RETURNING value",
    );
    this.session = this.#transaction(() => {
      this.#fullText.prepare(fullText);
      return this.#countSession.get()?.value ?? 0;
    });
    // It is there since that commit, and stays as long as anybody has the database open.
    this.#log = new OpenedFile(`${file}-wal`, { gone: logAdvice, another: logAdvice });
  }

  /** A number for another thread that asks: bodies that it names have keys of their own. */
  nextSession(): number {
    return this.#transaction(() => this.#countSession.get()?.value ?? 0);
  }

  commit({ now, batches, bodies }: Group): GroupOutcome {
    const fresh = this.#bodies.keep(bodies);
    const results = (batch: readonly Operation[]): BatchOutcome => ({
      results: batch.map((operation) => perform(this.#tables, operation, now, fresh)),
    });
    const wakes = batches.some((batch) => batch.some(wakesQueue));
    try {
      return this.#group(wakes, () => batches.map(results));
    } catch (error) {
      // The disk's failure is everyone's; any other is that of one batch. That is seldom, so only then they are kept apart.
      if (isDatabaseFailure(error)) throw error;
      return this.#group(wakes, () => batches.map((batch) => this.#apart(() => results(batch))));
    }
  }

  /** A transaction, and what it changed. */
  #group(wakesQueue: boolean, work: () => BatchOutcome[]): GroupOutcome {
    // Of a transaction that failed.
    this.#touched.drop();
    this.#touched.take();
    this.#checkFiles();
    const { batches, touched, garbage, version } = this.#transaction(() => {
      const batches = work();
      this.#touched.keep();
      const garbage = this.#segments.takeGarbage();
      return { batches, touched: this.#touched.take(), garbage, version: this.#versionNow() };
    });
    return { batches, touched, garbage, wakesQueue, othersWrote: this.#isNews(version) };
  }

  /** What is acknowledged must be found again. @throws LostFileError. */
  #checkFiles(): void {
    this.#file.check();
    const now = performance.now();
    if (now < this.#logSeen + LOG_TRUSTED) return;
    this.#log.check();
    this.#logSeen = now;
  }

  look(): { othersWrote: boolean } {
    return { othersWrote: this.#isNews(this.#versionNow()) };
  }

  /** Changes when another connection has written, and only then (sqlite.org/pragma.html#pragma_data_version). */
  #versionNow(): number | undefined {
    return this.#version.get()?.[0];
  }

  #isNews(version: number | undefined): boolean {
    const isNews = version !== this.#toldVersion;
    this.#toldVersion = version;
    return isNews;
  }

  /** What a batch did; when it fails it has done nothing, and those before it stay. */
  #apart(batch: () => BatchOutcome): BatchOutcome {
    this.#steps.mark.run();
    try {
      const outcome = batch();
      this.#steps.unmark.run();
      this.#touched.keep();
      return outcome;
    } catch (error) {
      if (isDatabaseFailure(error)) throw error;
      this.#touched.drop();
      this.#steps.toMark.run();
      this.#steps.unmark.run();
      return { failure: failureOf(error) };
    }
  }

  chunk({ content, at, octets, now }: WriterRequests["chunk"]): undefined {
    this.#incoming.takeIn(content, at, octets, now);
  }

  finish({ content }: WriterRequests["finish"]): undefined {
    this.#incoming.finish(content, (arrived) => this.#unsynced(() => this.#bodies.add(content, arrived)));
  }

  prefix({ body, as, octets }: WriterRequests["prefix"]): undefined {
    this.#unsynced(() => this.#bodies.prefix(body, as, octets));
  }

  discard({ body }: WriterRequests["discard"]): undefined {
    const segment = this.#incoming.discard(body);
    this.#unsynced(() => segment === undefined ? this.#bodies.discard(body) : this.#segments.forget(segment));
  }

  collect({ before }: WriterRequests["collect"]): { more: boolean } {
    this.#incoming.discardOld(before);
    this.#unsynced(() => this.#bodies.discardOld(before));
    return { more: this.#collector.step() };
  }

  index({ mailbox }: WriterRequests["index"]): { more: boolean } {
    const step = () => mailbox === undefined ? this.#fullText.merge() : this.#fullText.step(mailbox);
    return { more: this.#unsynced(step) };
  }

  close(): undefined {
    this.#incoming.close();
    this.#segments.close();
    this.#database.close();
  }

  /**
   * A transaction that no one is told is durable: its pages reach the disk with the next that is. They are before those
   * in the log, so that the one fsync covers both (sqlite.org/pragma.html#pragma_synchronous).
   */
  #unsynced<Result>(work: () => Result): Result {
    this.#database.exec("PRAGMA synchronous = NORMAL");
    try {
      return this.#transaction(work);
    } finally {
      this.#database.exec("PRAGMA synchronous = FULL");
    }
  }

  #transaction<Result>(work: () => Result): Result {
    this.#steps.begin.run();
    try {
      const result = work();
      this.#steps.commit.run();
      return result;
    } catch (error) {
      // SQLite has taken some transactions back itself, when the disk was full.
      if (this.#database.isTransaction) this.#steps.rollback.run();
      if (isDatabaseFailure(error)) this.#room.doubt();
      throw error;
    }
  }
}

/** An error as the other thread is told of it. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Refusal) return { kind: error.kind, text: error.message };
  const text = messageOf(error);
  return isDatabaseFailure(error)
    ? { kind: "unavailable", text: "mail cannot be stored for now", cause: text }
    : { kind: undefined, text };
}

function isDatabaseFailure(error: unknown): boolean {
  if (error instanceof SegmentFileError || error instanceof LostFileError) return true;
  const code = sqliteCode(error);
  return code !== undefined && code !== CONSTRAINT;
}
