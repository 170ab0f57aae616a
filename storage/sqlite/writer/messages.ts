/** Messages, as the writer changes them. */
import type { DatabaseSync } from "node:sqlite";
import type { FlagChange, Message, MessageDetails, UidSet } from "../../../core/contract/mailbox.ts";
import type { ExpungedUids, Operation } from "../../../core/contract/storage.ts";
import { changedFlags, distinctFlags } from "../../common/flags.ts";
import { commonRanges } from "../../../core/mailboxes/number_ranges.ts";
import { knownMailboxName } from "../../common/mailbox_name.ts";
import { Tally } from "../../common/tally.ts";
import { type UidRange, uidRanges } from "../../common/uid_set.ts";
import {
  envelopeColumns,
  type EnvelopeRow,
  flagsOf,
  keyOf,
  messageColumns,
  messageOf,
  type MessageRow,
  messageRowOf,
  type MessageTuple,
  modseqKey,
} from "../rows.ts";
import { Statement, TupleStatement } from "../statement.ts";
import type { Bodies, NewBody } from "./bodies.ts";
import type { Expunged } from "./expunged.ts";
import type { Keywords } from "./keywords.ts";
import type { ChangedMailbox, Mailboxes } from "./mailboxes.ts";
import type { Quotas } from "./quotas.ts";

/** What a message has wherever it is. */
type Content = Pick<MessageRow, "body" | "receivedAt" | "flags" | "size" | "crlfSize"> & EnvelopeRow;

/** What messages are changed with. */
export interface MessageParts {
  /** Where messages are counted. */
  readonly mailboxes: Mailboxes;
  /** Octets. */
  readonly bodies: Bodies;
  /** What flags teach the mailboxes. */
  readonly keywords: Keywords;
  /** What is too much. */
  readonly quotas: Quotas;
}

/** Messages that were changed last, among which those with `\Deleted` are looked for before a whole mailbox is. */
const LATELY = 1000;

/** What has to be known of a message that goes. */
type RemovedTuple = readonly [uid: number, size: number, flags: string, body: number];

/** The UIDs that were there, and what that takes from the mailbox. */
interface Removed {
  readonly removed: number[];
  readonly tally: Tally;
}

/** Their table. */
export class Messages {
  readonly #mailboxes: Mailboxes;
  readonly #bodies: Bodies;
  readonly #keywords: Keywords;
  readonly #quotas: Quotas;
  readonly #insert: Statement<MessageRow>;
  readonly #inRange: TupleStatement<MessageTuple>;
  readonly #setFlags: Statement;
  readonly #remove: TupleStatement<RemovedTuple>;
  readonly #removeDeleted: TupleStatement<RemovedTuple>;
  readonly #deletedLately: TupleStatement<readonly [uid: number]>;
  readonly #expunged: Expunged;

  /** Over an open database. */
  constructor(database: DatabaseSync, { mailboxes, bodies, keywords, quotas }: MessageParts, expunged: Expunged) {
    const prepare = <Row>(sql: string) => new Statement<Row>(database, sql);
    this.#mailboxes = mailboxes;
    this.#bodies = bodies;
    this.#keywords = keywords;
    this.#quotas = quotas;
    this.#expunged = expunged;
    this.#insert = prepare(
      `INSERT INTO messages (mailbox, ${messageColumns}, ${envelopeColumns}, arrivedModseq)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?3)`,
    );
    this.#inRange = new TupleStatement(
      database,
      `SELECT ${messageColumns} FROM messages WHERE mailbox = ? AND uid BETWEEN ? AND ? ORDER BY uid`,
    );
    this.#setFlags = prepare("UPDATE messages SET flags = ?, modseq = ? WHERE mailbox = ? AND uid = ?");
    const remove = "DELETE FROM messages WHERE mailbox = ? AND uid BETWEEN ? AND ?";
    const removed = "RETURNING uid, size, flags, body";
    this.#remove = new TupleStatement(database, `${remove} ${removed}`);
    const isDeleted = "instr(' ' || flags || ' ', ' \\Deleted ') > 0";
    this.#removeDeleted = new TupleStatement(database, `${remove} AND ${isDeleted} ${removed}`);
    this.#deletedLately = new TupleStatement(
      database,
      `SELECT uid FROM (SELECT uid, flags FROM messages INDEXED BY messages_changed
         WHERE mailbox = ? AND modseq <> arrivedModseq ORDER BY modseq DESC LIMIT ${LATELY})
         WHERE ${isDeleted} LIMIT 0 + ?`,
    );
  }

  /** @throws Refusal `not-found`, `invalid`, `over-quota`. */
  append(
    mailbox: number,
    body: number,
    details: MessageDetails,
    now: number,
    fresh: ReadonlyMap<number, NewBody>,
  ): Message {
    const content = this.#content(body, details, fresh);
    return this.#arrived(this.#mailboxes.change(mailbox, arrivalOf(content), 1), content, now);
  }

  /** Into the mailbox of that name, or INBOX where there is none. @throws Refusal `not-found`, `invalid`, `over-quota`. */
  deliver(
    { account, mailboxName, body, details }: Operation & { readonly do: "deliver" },
    now: number,
    fresh: ReadonlyMap<number, NewBody>,
  ): Message {
    const content = this.#content(keyOf(body), details, fresh);
    const name = knownMailboxName(mailboxName) ?? "INBOX";
    return this.#arrived(this.#mailboxes.changeForDelivery(keyOf(account), name, arrivalOf(content)), content, now);
  }

  /** RFC 9051 §6.4.6, RFC 7162 §3.1.3. @throws Refusal `not-found`, `invalid`. */
  setFlags(mailbox: number, uids: UidSet, change: FlagChange): { changed: Message[]; modified: number[] } {
    const flags = distinctFlags(change.flags);
    const since = change.unchangedSince === undefined ? Infinity : modseqKey(change.unchangedSince);
    const changes: { readonly row: MessageRow; readonly after: string[] }[] = [], modified: number[] = [];
    const tally = new Tally();
    const rows = this.#select(mailbox, uids);
    if (rows.length === 0) this.#mailboxes.get(mailbox);
    for (const row of rows) {
      if (row.modseq > since) {
        modified.push(row.uid);
        continue;
      }
      const before = flagsOf(row.flags), after = changedFlags(before, change.mode, flags);
      if (after === undefined) continue;
      tally.subtract({ flags: before, size: row.size }).add({ flags: after, size: row.size });
      changes.push({ row, after });
    }
    if (changes.length === 0) return { changed: [], modified };
    const { highestModseq: modseq } = this.#mailboxes.change(mailbox, tally, 0);
    const changed = changes.map(({ row, after }) => {
      const flags = after.join(" ");
      this.#setFlags.run(flags, modseq, mailbox, row.uid);
      return messageOf({ ...row, flags, modseq });
    });
    this.#keywords.learn(mailbox, changes.flatMap(({ after }) => after));
    return { changed, modified };
  }

  /** @throws Refusal `not-found`. */
  expunge(mailbox: number, uids: UidSet, onlyDeleted = false): ExpungedUids {
    const { deleted, highestModseq: before } = this.#mailboxes.get(mailbox);
    const { removed, tally } = onlyDeleted
      ? this.#removeAllDeleted(mailbox, uids, deleted)
      : this.#removeAll(mailbox, uidRanges(uids));
    if (removed.length === 0) return { uids: [], modseq: BigInt(before) };
    const { highestModseq: modseq } = this.#mailboxes.change(mailbox, tally, 0);
    this.#expunged.remember(mailbox, modseq, uidRanges(removed));
    return { uids: removed, modseq: BigInt(modseq) };
  }

  /** Of a mailbox that goes. */
  removeAllOf(mailbox: number): void {
    this.#removeAll(mailbox, [[1, Number.MAX_SAFE_INTEGER]]);
  }

  #select(mailbox: number, uids: UidSet): MessageRow[] {
    return uidRanges(uids).flatMap(([from, to]) => this.#inRange.all(mailbox, from, to).map(messageRowOf));
  }

  #content(body: number, details: MessageDetails, fresh: ReadonlyMap<number, NewBody>): Content {
    const { size, crlfSize } = this.#bodies.name(body, fresh);
    const { receivedAt, flags, envelope: { sender, recipient } = { sender: null, recipient: null } } = details;
    const known = { body, size, crlfSize, sender, recipient };
    return { ...known, receivedAt: receivedAt.getTime(), flags: distinctFlags(flags).join(" ") };
  }

  #arrived(mailbox: ChangedMailbox, content: Content, now: number): Message {
    const row = this.#insertInto(mailbox, content, now);
    this.#keywords.learn(mailbox.id, flagsOf(content.flags));
    this.#quotas.refuseFull(mailbox.account, mailbox.quota);
    return messageOf(row);
  }

  /** Into a mailbox that has grown for it. */
  #insertInto({ id, uidNext, highestModseq: modseq }: ChangedMailbox, content: Content, now: number): MessageRow {
    const { receivedAt, flags, size, crlfSize, body, sender, recipient } = content;
    const row = { uid: uidNext - 1, modseq, receivedAt, savedAt: now, flags, size, crlfSize, body };
    this.#insert.run(id, row.uid, modseq, receivedAt, now, flags, size, crlfSize, body, sender, recipient);
    return row;
  }

  /** Whoever expunges has nearly always set `\Deleted` just before: then nobody walks through the mailbox. */
  #removeAllDeleted(mailbox: number, uids: UidSet, deleted: number): Removed {
    const ranges = uidRanges(uids);
    const lately = deleted > LATELY ? [] : this.#deletedLately.all(mailbox, deleted).map(([uid]) => uid);
    return lately.length === deleted
      ? this.#removeAll(mailbox, commonRanges(ranges, uidRanges(lately)))
      : this.#removeAll(mailbox, ranges, this.#removeDeleted);
  }

  #removeAll(mailbox: number, ranges: readonly UidRange[], remove = this.#remove): Removed {
    const rows = ranges.flatMap(([from, to]) => remove.all(mailbox, from, to));
    const tally = new Tally();
    for (const [, size, flags] of rows) tally.subtract({ flags: flagsOf(flags), size });
    this.#bodies.release(rows.map(([, , , body]) => body));
    return { removed: rows.map(([uid]) => uid).sort((a, b) => a - b), tally };
  }
}

/** What a message adds to its mailbox. */
function arrivalOf({ flags, size }: Content): Tally {
  return new Tally().add({ flags: flagsOf(flags), size });
}
