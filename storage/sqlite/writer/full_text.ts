/**
 * The index of texts, as the writer fills it: a few messages a step, between the commits of others. Each mailbox is
 * indexed in the order of its UIDs, so that one number says how far it is; what is expunged is taken out afterwards. That
 * the index has too much, or has not got far, makes no search wrong: what it names is looked at, and what it does not know
 * yet as well.
 */
import type { DatabaseSync } from "node:sqlite";
import { Refusal } from "../../../core/contract/refusal.ts";
import { indexedText } from "../../../core/message/indexed_text.ts";
import { BodyReader } from "../body_reader.ts";
import { indexVersion } from "../index_version.ts";
import type { SegmentFiles } from "../segment_files.ts";
import { Statement } from "../statement.ts";

/** Milliseconds of a step: another process may wait for its end. */
const STEP = 6;
/** Characters of a message that are indexed; of one that has more, nothing is. */
const MOST = 524_288;
/** Pages that a merge writes at a time; messages that are read for a step, and rows that are for removing them. */
const PAGES = 4, MESSAGES = 16, ROWS = 64;
const LARGEST_UID = 0xffff_ffff;

interface Progress {
  readonly nextUid: number;
  readonly cleanedModseq: number;
  readonly cleanedUid: number;
}

interface GoneRun {
  readonly modseq: number;
  readonly firstUid: number;
  readonly lastUid: number;
}

interface MessageRow {
  readonly uid: number;
  readonly body: number;
  /** JSON. */
  readonly envelope: string;
  /** JSON. */
  readonly structure: string;
  /** JSON. */
  readonly fields: string;
}

/** Its tables. */
export class FullText {
  readonly #database: DatabaseSync;
  readonly #bodies: BodyReader;
  readonly #version: Statement<{ readonly version: string }>;
  readonly #mailbox: Statement<{ readonly uidNext: number; readonly highestModseq: number }>;
  readonly #progress: Statement<Progress>;
  readonly #setProgress: Statement;
  readonly #forget: Statement;
  readonly #messages: Statement<MessageRow>;
  readonly #insert: Statement;
  readonly #leaveOut: Statement;
  readonly #gone: Statement<GoneRun>;
  readonly #indexed: Statement<{ readonly uid: number }>;
  readonly #remove: Statement;
  readonly #forgetLeftOut: Statement;
  readonly #merge: Statement;
  readonly #changes: Statement<{ readonly count: number }>;

  /** Over an open database. */
  constructor(database: DatabaseSync, files: SegmentFiles) {
    const prepare = <Row>(sql: string) => new Statement<Row>(database, sql);
    this.#database = database;
    this.#bodies = new BodyReader(database, files);
    this.#version = prepare("SELECT version FROM indexed_by");
    this.#mailbox = prepare("SELECT uidNext, highestModseq FROM mailboxes WHERE id = ?");
    this.#progress = prepare(
      "SELECT nextUid, cleanedModseq, cleanedUid FROM indexed_mailboxes WHERE mailbox = ?",
    );
    this.#setProgress = prepare("INSERT OR REPLACE INTO indexed_mailboxes VALUES (?, ?, ?, ?)");
    this.#forget = prepare("DELETE FROM indexed_mailboxes WHERE mailbox = ?");
    this.#messages = prepare(
      `SELECT uid, body, envelope, structure, fields FROM messages JOIN bodies ON bodies.id = body
         WHERE mailbox = ? AND uid >= ? ORDER BY uid LIMIT ${MESSAGES}`,
    );
    this.#insert = prepare("INSERT INTO message_texts (rowid, text) VALUES ((? << 32) + ?, ?)");
    this.#leaveOut = prepare("INSERT OR IGNORE INTO unindexed VALUES (?, ?)");
    this.#gone = prepare(
      `SELECT modseq, firstUid, lastUid FROM expunged
         WHERE mailbox = ? AND (modseq, firstUid) > (?, ?) ORDER BY modseq, firstUid LIMIT ${ROWS}`,
    );
    this.#indexed = prepare(
      `SELECT rowid & ${LARGEST_UID} AS uid FROM message_texts
         WHERE rowid BETWEEN (?1 << 32) + ?2 AND (?1 << 32) + ?3 LIMIT ${ROWS}`,
    );
    this.#remove = prepare("DELETE FROM message_texts WHERE rowid = (? << 32) + ?");
    this.#forgetLeftOut = prepare("DELETE FROM unindexed WHERE mailbox = ? AND uid BETWEEN ? AND ?");
    this.#merge = prepare(`INSERT INTO message_texts (message_texts, rank) VALUES ('merge', ${PAGES})`);
    this.#changes = prepare("SELECT total_changes() AS count");
  }

  /** Empties the index where it is not wanted, or has other keys than ours. */
  prepare(isWanted: boolean): void {
    const found = this.#version.get()?.version, wanted = isWanted ? indexVersion : undefined;
    if (found === wanted) return;
    if (found !== undefined) {
      this.#database.exec(`
        INSERT INTO message_texts (message_texts) VALUES ('delete-all');
        DELETE FROM indexed_mailboxes; DELETE FROM unindexed; DELETE FROM indexed_by;
      `);
    }
    if (wanted !== undefined) new Statement(this.#database, "INSERT INTO indexed_by VALUES (?)").run(wanted);
  }

  /** Takes a step with a mailbox. Gives whether there is more to do with it. */
  step(mailbox: number): boolean {
    // Another program has emptied the index for keys of its own.
    if (this.#version.get()?.version !== indexVersion) return false;
    const until = performance.now() + STEP;
    const isInTime = () => performance.now() < until;
    const state = this.#mailbox.get(mailbox);
    if (state === undefined) return !this.#removeAll(mailbox, isInTime);
    const known = this.#progress.get(mailbox);
    const progress = known ?? { nextUid: 1, cleanedModseq: state.highestModseq, cleanedUid: LARGEST_UID };
    const cleaned = this.#clean(mailbox, progress, isInTime);
    const nextUid = isInTime() ? this.#index(mailbox, progress.nextUid, state.uidNext, isInTime) : progress.nextUid;
    const { cleanedModseq, cleanedUid } = cleaned;
    const isNews = nextUid !== known?.nextUid || cleanedModseq !== known.cleanedModseq ||
      cleanedUid !== known.cleanedUid;
    if (isNews) this.#setProgress.run(mailbox, nextUid, cleanedModseq, cleanedUid);
    return !cleaned.isDone || nextUid < state.uidNext;
  }

  /** Brings the pieces of the index together, for a while. Gives whether there is more to do. */
  merge(): boolean {
    const until = performance.now() + STEP;
    do {
      const before = this.#changes.get()?.count ?? 0;
      this.#merge.run();
      // sqlite.org/fts5.html §6.8: a merge that had something to do changes more than one row.
      if ((this.#changes.get()?.count ?? 0) - before < 2) return false;
    } while (performance.now() < until);
    return true;
  }

  /** From which UID on messages are not indexed yet. At least one is, however long it takes. */
  #index(mailbox: number, from: number, uidNext: number, isInTime: () => boolean): number {
    const messages = this.#messages.all(mailbox, from);
    for (const message of messages) {
      const text = this.#textOf(message);
      if (text === undefined) this.#leaveOut.run(mailbox, message.uid);
      else this.#insert.run(mailbox, message.uid, text);
      if (!isInTime()) return message.uid + 1;
    }
    const last = messages.at(-1)?.uid ?? 0;
    return messages.length < MESSAGES ? uidNext : last + 1;
  }

  #textOf({ body, envelope, structure, fields }: MessageRow): string | undefined {
    const { read } = this.#bodies.openNow(body);
    const summary = { envelope: JSON.parse(envelope), structure: JSON.parse(structure), fields: JSON.parse(fields) };
    try {
      // FTS5 passes over NUL, and what stands on both sides of it would be three characters in a row.
      return indexedText(summary, read, MOST)?.replaceAll("\0", "\n");
    } catch (error) {
      // A file that is lost is no reason not to index the rest: who reads the body is told.
      if (error instanceof Refusal) return undefined;
      throw error;
    }
  }

  /** Takes out what was expunged since. */
  #clean(
    mailbox: number,
    { nextUid, cleanedModseq, cleanedUid }: Progress,
    isInTime: () => boolean,
  ): { readonly cleanedModseq: number; readonly cleanedUid: number; readonly isDone: boolean } {
    const runs = this.#gone.all(mailbox, cleanedModseq, cleanedUid);
    let cleaned = { cleanedModseq, cleanedUid };
    for (const { modseq, firstUid, lastUid } of runs) {
      // What came and went before it was indexed never was in it.
      if (firstUid < nextUid && !this.#removeRange(mailbox, firstUid, lastUid, isInTime)) {
        return { ...cleaned, isDone: false };
      }
      cleaned = { cleanedModseq: modseq, cleanedUid: firstUid };
      if (!isInTime()) return { ...cleaned, isDone: false };
    }
    return { ...cleaned, isDone: runs.length < ROWS };
  }

  /** Of a mailbox that is gone. Gives whether that is all. */
  #removeAll(mailbox: number, isInTime: () => boolean): boolean {
    if (!this.#removeRange(mailbox, 1, LARGEST_UID, isInTime)) return false;
    this.#forget.run(mailbox);
    return true;
  }

  /** Gives whether all are out. */
  #removeRange(mailbox: number, first: number, last: number, isInTime: () => boolean): boolean {
    for (;;) {
      const rows = this.#indexed.all(mailbox, first, last);
      for (const { uid } of rows) {
        this.#remove.run(mailbox, uid);
        if (!isInTime()) return false;
      }
      if (rows.length < ROWS) break;
    }
    this.#forgetLeftOut.run(mailbox, first, last);
    return true;
  }
}
