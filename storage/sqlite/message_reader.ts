/** Reads of the messages in a mailbox: short queries in the thread that asks. */
import type { DatabaseSync } from "node:sqlite";
import type { DeliveryEnvelope, MessagePage, UidSet } from "../../core/contract/mailbox.ts";
import { Refusal } from "../../core/contract/refusal.ts";
import type { MessageSelection } from "../../core/contract/storage.ts";
import { asUidSet, commonRanges, type UidRange, uidRanges } from "../common/uid_set.ts";
import type { ReadTransaction } from "./read_transaction.ts";
import {
  envelopeColumns,
  envelopeOf,
  type EnvelopeRow,
  limit,
  messageColumns,
  messageOf,
  type MessageRow,
  modseqKey,
} from "./rows.ts";
import { Statement } from "./statement.ts";

/** Changed messages up to which it is quicker to look them up by mod-sequence than to walk the mailbox. */
const FEW = 1000;
const allUids: UidRange = [1, Number.MAX_SAFE_INTEGER];

/** Sees what is committed. */
export class MessageReader {
  readonly #transaction: ReadTransaction;
  readonly #mailbox: Statement<{ readonly highestModseq: number }>;
  readonly #messages: Statement<MessageRow>;
  readonly #changed: Statement<MessageRow>;
  readonly #lastBefore: Statement<{ readonly uid: number }>;
  readonly #fewChanged: Statement<MessageRow>;
  readonly #countChanged: Statement<{ readonly count: number }>;
  readonly #envelopes: Statement<EnvelopeRow & { readonly uid: number }>;
  readonly #expunged: Statement<{ readonly firstUid: number; readonly lastUid: number }>;

  /** Over a connection that reads. */
  constructor(database: DatabaseSync, transaction: ReadTransaction) {
    const prepare = <Row>(sql: string) => new Statement<Row>(database, sql);
    const ofMailbox = `SELECT ${messageColumns} FROM messages`;
    this.#transaction = transaction;
    this.#mailbox = prepare("SELECT highestModseq FROM mailboxes WHERE id = ?");
    this.#messages = prepare(`${ofMailbox} WHERE mailbox = ? AND uid BETWEEN ? AND ? ORDER BY uid LIMIT ?`);
    this.#changed = prepare(
      `${ofMailbox} WHERE mailbox = ? AND uid BETWEEN ? AND ? AND modseq > ? ORDER BY uid LIMIT ?`,
    );
    // From the last message down: as many steps as messages have come since.
    this.#lastBefore = prepare(
      "SELECT uid FROM messages WHERE mailbox = ? AND arrivedModseq <= ? ORDER BY uid DESC LIMIT 1",
    );
    const changed = "INDEXED BY messages_changed WHERE mailbox = ? AND modseq > ? AND modseq <> arrivedModseq";
    this.#fewChanged = prepare(`${ofMailbox} ${changed} ORDER BY uid`);
    this.#countChanged = prepare(
      `SELECT count(*) AS count FROM (SELECT 1 FROM messages ${changed} LIMIT ${FEW + 1})`,
    );
    this.#envelopes = prepare(
      `SELECT uid, ${envelopeColumns} FROM messages WHERE mailbox = ? AND uid BETWEEN ? AND ? ORDER BY uid`,
    );
    this.#expunged = prepare("SELECT firstUid, lastUid FROM expunged WHERE mailbox = ? AND modseq > ?");
  }

  /** One moment's state of a mailbox. @throws Refusal `not-found`. */
  messages(mailbox: number, select: MessageSelection): MessagePage {
    return this.#transaction.run(() => {
      const state = this.#state(mailbox);
      const { after = 0, most = Infinity } = select;
      const beyond: UidRange = [after + 1, allUids[1]];
      const ranges = commonRanges(select.uids === undefined ? [allUids] : uidRanges(select.uids), [beyond]);
      const since = select.changedSince === undefined ? undefined : modseqKey(select.changedSince);
      const rows = since === undefined
        ? this.#inRanges(ranges, most, (from, to, left) => this.#messages.all(mailbox, from, to, left))
        : this.#changedIn(mailbox, ranges, most, since);
      return {
        messages: rows.slice(0, most).map(messageOf),
        expunged: since === undefined ? [] : this.#expungedIn(mailbox, ranges, since),
        highestModseq: BigInt(state.highestModseq),
        more: rows.length > most,
      };
    });
  }

  /** By UID. @throws Refusal `not-found`. */
  envelopes(mailbox: number, uids: UidSet | undefined): Map<number, DeliveryEnvelope> {
    return this.#transaction.run(() => {
      this.#state(mailbox);
      const envelopes = new Map<number, DeliveryEnvelope>();
      for (const [from, to] of uids === undefined ? [allUids] : uidRanges(uids)) {
        for (const row of this.#envelopes.all(mailbox, from, to)) {
          const envelope = envelopeOf(row);
          if (envelope !== undefined) envelopes.set(row.uid, envelope);
        }
      }
      return envelopes;
    });
  }

  #state(mailbox: number): { readonly highestModseq: number } {
    const state = this.#mailbox.get(mailbox);
    if (state === undefined) throw new Refusal("not-found", "there is no such mailbox");
    return state;
  }

  /** One more than `most`, if there are so many. */
  #inRanges(
    ranges: readonly UidRange[],
    most: number,
    query: (from: number, to: number, left: number) => MessageRow[],
  ): MessageRow[] {
    const rows: MessageRow[] = [];
    for (const [from, to] of ranges) {
      if (rows.length > most) break;
      // Not push(...rows): a mailbox may have more messages than a call can have arguments.
      for (const row of query(from, to, limit(most + 1 - rows.length))) rows.push(row);
    }
    return rows;
  }

  #changedIn(mailbox: number, ranges: readonly UidRange[], most: number, since: number): MessageRow[] {
    if ((this.#countChanged.get(mailbox, since)?.count ?? 0) > FEW) {
      return this.#inRanges(ranges, most, (from, to, left) => this.#changed.all(mailbox, from, to, since, left));
    }
    const lastBefore = this.#lastBefore.get(mailbox, since)?.uid ?? 0;
    const changed = this.#fewChanged.all(mailbox, since).filter(({ uid }) => uid <= lastBefore);
    return this.#inRanges(ranges, most, (from, to, left) => [
      ...changed.filter(({ uid }) => uid >= from && uid <= to),
      // What came since.
      ...to > lastBefore ? this.#messages.all(mailbox, Math.max(from, lastBefore + 1), to, left) : [],
    ]);
  }

  #expungedIn(mailbox: number, ranges: readonly UidRange[], since: number): MessagePage["expunged"] {
    const gone = this.#expunged.all(mailbox, since).map((row): UidRange => [row.firstUid, row.lastUid]);
    return asUidSet(commonRanges(uidRanges(gone), ranges));
  }
}
