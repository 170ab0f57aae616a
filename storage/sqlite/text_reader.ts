/** Asks the index of texts: short queries in the thread that asks. */
import type { DatabaseSync } from "node:sqlite";
import type { Logger } from "../../core/contract/logger.ts";
import type { UidSet } from "../../core/contract/mailbox.ts";
import { Refusal } from "../../core/contract/refusal.ts";
import { letOthersIn } from "../../core/wire/turns.ts";
import { asUidSet, type UidRange, uidRanges } from "../common/uid_set.ts";
import { indexVersion } from "./index_version.ts";
import type { ReadTransaction } from "./read_transaction.ts";
import { CORRUPT, sqliteCode, Statement } from "./statement.ts";
import { trigramQuery } from "./trigrams.ts";

/** Rows that are read at a time: a few milliseconds. */
const PAGE = 4096;
/** Mailboxes that are looked at for work at a time. */
const MAILBOXES = 1000;
const LARGEST_UID = 0xffff_ffff;

/** What the operator is told of. */
export interface IndexPlace {
  /** The database. */
  readonly file: string;
  /** For the operator. */
  readonly log: Pick<Logger, "error">;
}

/** Sees what is committed. */
export class TextReader {
  readonly #transaction: ReadTransaction;
  readonly #place: IndexPlace;
  readonly #isThere: Statement;
  readonly #version: Statement<{ readonly version: string }>;
  readonly #progress: Statement<{ readonly nextUid: number }>;
  readonly #unindexed: Statement<{ readonly uid: number }>;
  readonly #found: Statement<{ readonly uid: number }>;
  readonly #waiting: Statement<{ readonly mailbox: number }>;
  #isDamaged = false;

  /** Over a connection that reads. */
  constructor(database: DatabaseSync, transaction: ReadTransaction, place: IndexPlace) {
    const prepare = <Row>(sql: string) => new Statement<Row>(database, sql);
    this.#place = place;
    this.#transaction = transaction;
    this.#isThere = prepare("SELECT 1 FROM mailboxes WHERE id = ?");
    this.#version = prepare("SELECT version FROM indexed_by");
    this.#progress = prepare("SELECT nextUid FROM indexed_mailboxes WHERE mailbox = ?");
    this.#unindexed = prepare("SELECT uid FROM unindexed WHERE mailbox = ?");
    this.#found = prepare(
      `SELECT rowid & ${LARGEST_UID} AS uid FROM message_texts
         WHERE message_texts MATCH ?1 AND rowid BETWEEN (?2 << 32) + ?3 AND (?2 << 32) + ${LARGEST_UID}
         ORDER BY rowid LIMIT ${PAGE}`,
    );
    this.#waiting = prepare(
      `SELECT mailbox FROM (SELECT id AS mailbox FROM mailboxes UNION SELECT mailbox FROM indexed_mailboxes) AS known
         LEFT JOIN mailboxes ON mailboxes.id = mailbox LEFT JOIN indexed_mailboxes USING (mailbox)
         WHERE mailbox > ? AND (id IS NULL OR nextUid IS NULL AND uidNext > 1 OR nextUid < uidNext OR EXISTS (
           SELECT 1 FROM expunged WHERE expunged.mailbox = id
             AND (modseq, firstUid) > (cleanedModseq, cleanedUid) AND firstUid < nextUid))
         ORDER BY mailbox LIMIT ${MAILBOXES}`,
    );
  }

  /** As the contract's `textCandidates`. @throws Refusal `not-found`. */
  async candidates(mailbox: number, keys: readonly string[]): Promise<UidSet | undefined> {
    if (this.#isDamaged) return undefined;
    try {
      return await this.#candidates(mailbox, keys);
    } catch (error) {
      if (sqliteCode(error) !== CORRUPT) throw error;
      // All that it says is in the messages as well, which are looked through then.
      this.#isDamaged = true;
      this.#place.log.error(
        `${this.#place.file}: the index of texts is damaged, so searches read every message: restart the server with the ` +
          "option full_text_index: false, then without it, and it is made anew; whatever damaged it may have damaged more",
        { error },
      );
      return undefined;
    }
  }

  async #candidates(mailbox: number, keys: readonly string[]): Promise<UidSet | undefined> {
    const query = trigramQuery(keys);
    const uids: number[] = [];
    let known: number | undefined;
    for (let from = 1;;) {
      const page = this.#transaction.run(() => this.#page(mailbox, query, from));
      // The index was made anew while we waited: what it had to say before is all that is known.
      if (page === undefined || page.nextUid < (known ?? 0)) return undefined;
      known = page.nextUid;
      for (const { uid } of page.rows) uids.push(uid);
      if (page.rows.length < PAGE) return asUidSet(uidRanges([...uids, ...page.always]));
      from = (uids.at(-1) ?? 0) + 1;
      // Others get their turn.
      await letOthersIn();
    }
  }

  /** Mailboxes whose messages are not all indexed, or not all that are gone taken out, after the given one. */
  waiting(after: number): readonly number[] {
    return this.#waiting.all(after).map(({ mailbox }) => mailbox);
  }

  #page(mailbox: number, query: string | undefined, from: number) {
    if (this.#isThere.get(mailbox) === undefined) throw new Refusal("not-found", "there is no such mailbox");
    if (query === undefined || this.#version.get()?.version !== indexVersion) return undefined;
    const nextUid = this.#progress.get(mailbox)?.nextUid;
    if (nextUid === undefined) return undefined;
    // What is not indexed may hold anything.
    const always: UidRange[] = [[nextUid, LARGEST_UID]];
    for (const { uid } of this.#unindexed.all(mailbox)) always.push([uid, uid]);
    return { nextUid, always, rows: this.#found.all(query, mailbox, from) };
  }
}
