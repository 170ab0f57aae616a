/** Reads of the messages in a mailbox: short queries in the thread that asks. */
import type { DatabaseSync } from "node:sqlite";
import type { DeliveryEnvelope, MessagePage, UidSet } from "../../core/contract/mailbox.ts";
import { Refusal } from "../../core/contract/refusal.ts";
import type { MessageSelection } from "../../core/contract/storage.ts";
import { commonRanges } from "../../core/mailboxes/number_ranges.ts";
import { asUidSet, type UidRange, uidRanges } from "../common/uid_set.ts";
import type { ReadTransaction } from "./read_transaction.ts";
import {
  envelopeColumns,
  envelopeOf,
  type EnvelopeRow,
  limit,
  messageColumns,
  messageOfTuple,
  type MessageTuple,
  modseqKey,
} from "./rows.ts";
import { Statement, TupleStatement } from "./statement.ts";

/** Changed messages up to which it is quicker to look them up by mod-sequence than to walk the mailbox. */
const FEW = 1000;
const allUids: UidRange = [1, Number.MAX_SAFE_INTEGER];

/** A mailbox as it is, and what has happened in it since a mod-sequence. */
interface MailboxState {
  readonly highestModseq: number;
  /** Messages that were changed after they came, counted up to one more than a few. */
  readonly changed: number;
  /** The last message that was there then; null: none. */
  readonly lastBefore: number | null;
  /** Whether any were expunged. */
  readonly hasExpunged: number;
}

/** A message, or null where there is none, and then the highest mod-sequence of its mailbox. */
type OneRow =
  | readonly [...MessageTuple, highestModseq: number]
  | readonly [uid: null, null, null, null, null, null, null, null, highestModseq: number];

/** Sees what is committed. */
export class MessageReader {
  readonly #transaction: ReadTransaction;
  readonly #state: Statement<Pick<MailboxState, "highestModseq">>;
  readonly #stateSince: Statement<MailboxState>;
  readonly #one: TupleStatement<OneRow>;
  readonly #messages: TupleStatement<MessageTuple>;
  readonly #changed: TupleStatement<MessageTuple>;
  readonly #fewChanged: TupleStatement<MessageTuple>;
  readonly #envelopes: Statement<EnvelopeRow & { readonly uid: number }>;
  readonly #expunged: Statement<{ readonly firstUid: number; readonly lastUid: number }>;

  /** Over a connection that reads. */
  constructor(database: DatabaseSync, transaction: ReadTransaction) {
    const prepare = <Row>(sql: string) => new Statement<Row>(database, sql);
    const prepareTuples = (sql: string) => new TupleStatement<MessageTuple>(database, sql);
    const ofMailbox = `SELECT ${messageColumns} FROM messages`;
    this.#transaction = transaction;
    this.#state = prepare("SELECT highestModseq FROM mailboxes WHERE id = ?");
    const changed = "INDEXED BY messages_changed WHERE mailbox = ?1 AND modseq > ?2 AND modseq <> arrivedModseq";
    // Whoever is told of a commit of its own asks again: then there is nothing to count. What came since is found from the
    // last message down.
    this.#stateSince = prepare(
      `SELECT highestModseq,
         iif(highestModseq > ?2, (SELECT count(*) FROM (SELECT 1 FROM messages ${changed} LIMIT ${
        FEW + 1
      })), 0) AS changed,
         iif(highestModseq > ?2, (SELECT uid FROM messages WHERE mailbox = ?1 AND arrivedModseq <= ?2
           ORDER BY uid DESC LIMIT 1), NULL) AS lastBefore,
         highestModseq > ?2 AND EXISTS (SELECT 1 FROM expunged WHERE mailbox = ?1 AND modseq > ?2) AS hasExpunged
         FROM mailboxes WHERE id = ?1`,
    );
    this.#one = new TupleStatement(
      database,
      `SELECT message.uid, message.modseq, receivedAt, savedAt, flags, message.size, crlfSize, body, highestModseq
         FROM mailboxes LEFT JOIN messages AS message ON message.mailbox = mailboxes.id AND message.uid = ?2
         WHERE mailboxes.id = ?1`,
    );
    // Not the bare parameter: for each value of that, SQLite would compile the statement once more.
    this.#messages = prepareTuples(`${ofMailbox} WHERE mailbox = ? AND uid BETWEEN ? AND ? ORDER BY uid LIMIT 0 + ?`);
    this.#changed = prepareTuples(
      `${ofMailbox} WHERE mailbox = ? AND uid BETWEEN ? AND ? AND modseq > ? ORDER BY uid LIMIT 0 + ?`,
    );
    this.#fewChanged = prepareTuples(`${ofMailbox} ${changed} ORDER BY uid`);
    this.#envelopes = prepare(
      `SELECT uid, ${envelopeColumns} FROM messages WHERE mailbox = ? AND uid BETWEEN ? AND ? ORDER BY uid`,
    );
    this.#expunged = prepare("SELECT firstUid, lastUid FROM expunged WHERE mailbox = ? AND modseq > ?");
  }

  /** One moment's state of a mailbox. @throws Refusal `not-found`. */
  messages(mailbox: number, select: MessageSelection): MessagePage {
    const { after = 0, most = Infinity } = select;
    const beyond: UidRange = [after + 1, allUids[1]];
    const ranges = commonRanges(select.uids === undefined ? [allUids] : uidRanges(select.uids), [beyond]);
    const since = select.changedSince === undefined ? undefined : modseqKey(select.changedSince);
    const uid = onlyUid(ranges);
    if (uid !== undefined && since === undefined && most > 0) return this.#message(mailbox, uid);
    return this.#transaction.run(() =>
      since === undefined ? this.#all(mailbox, ranges, most) : this.#since(mailbox, ranges, most, since)
    );
  }

  /** By UID. @throws Refusal `not-found`. */
  envelopes(mailbox: number, uids: UidSet | undefined): Map<number, DeliveryEnvelope> {
    return this.#transaction.run(() => {
      if (this.#state.get(mailbox) === undefined) noMailbox();
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

  /** One statement sees one moment. */
  #message(mailbox: number, uid: number): MessagePage {
    const row = this.#one.get(mailbox, uid) ?? noMailbox();
    return {
      messages: row[0] === null ? [] : [messageOfTuple(row)],
      expunged: [],
      highestModseq: BigInt(row[8]),
      more: false,
    };
  }

  #all(mailbox: number, ranges: readonly UidRange[], most: number): MessagePage {
    const { highestModseq } = this.#state.get(mailbox) ?? noMailbox();
    const rows = this.#inRanges(ranges, most, (from, to, left) => this.#messages.all(mailbox, from, to, left));
    return pageOf(rows, most, highestModseq);
  }

  #since(mailbox: number, ranges: readonly UidRange[], most: number, since: number): MessagePage {
    const state = this.#stateSince.get(mailbox, since) ?? noMailbox();
    const { highestModseq, hasExpunged } = state;
    const rows = highestModseq <= since ? [] : this.#changedIn(mailbox, ranges, most, since, state);
    return {
      ...pageOf(rows, most, highestModseq),
      ...hasExpunged && { expunged: this.#expungedIn(mailbox, ranges, since) },
    };
  }

  /** One more than `most`, if there are so many. */
  #inRanges(
    ranges: readonly UidRange[],
    most: number,
    query: (from: number, to: number, left: number) => MessageTuple[],
  ): MessageTuple[] {
    const [only] = ranges;
    if (ranges.length === 1 && only !== undefined) return query(...only, limit(most + 1));
    const rows: MessageTuple[] = [];
    for (const [from, to] of ranges) {
      if (rows.length > most) break;
      // Not push(...rows): a mailbox may have more messages than a call can have arguments.
      for (const row of query(from, to, limit(most + 1 - rows.length))) rows.push(row);
    }
    return rows;
  }

  #changedIn(
    mailbox: number,
    ranges: readonly UidRange[],
    most: number,
    since: number,
    { changed: count, lastBefore }: MailboxState,
  ): MessageTuple[] {
    if (count > FEW) {
      return this.#inRanges(ranges, most, (from, to, left) => this.#changed.all(mailbox, from, to, since, left));
    }
    const last = lastBefore ?? 0;
    const changed = count === 0 ? [] : this.#fewChanged.all(mailbox, since).filter(([uid]) => uid <= last);
    return this.#inRanges(ranges, most, (from, to, left) => [
      ...changed.filter(([uid]) => uid >= from && uid <= to),
      ...to > last ? this.#messages.all(mailbox, Math.max(from, last + 1), to, left) : [],
    ]);
  }

  #expungedIn(mailbox: number, ranges: readonly UidRange[], since: number): MessagePage["expunged"] {
    const gone = this.#expunged.all(mailbox, since).map((row): UidRange => [row.firstUid, row.lastUid]);
    return asUidSet(commonRanges(uidRanges(gone), ranges));
  }
}

/** The one UID that there is in ranges, if it is one. */
function onlyUid(ranges: readonly UidRange[]): number | undefined {
  const [first] = ranges;
  return ranges.length === 1 && first !== undefined && first[0] === first[1] ? first[0] : undefined;
}

function pageOf(rows: readonly MessageTuple[], most: number, highestModseq: number): MessagePage {
  return {
    messages: (rows.length > most ? rows.slice(0, most) : rows).map(messageOfTuple),
    expunged: [],
    highestModseq: BigInt(highestModseq),
    more: rows.length > most,
  };
}

function noMailbox(): never {
  throw new Refusal("not-found", "there is no such mailbox");
}
