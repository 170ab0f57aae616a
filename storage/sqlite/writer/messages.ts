/** Messages, as the writer changes them. */
import type { DatabaseSync } from "node:sqlite";
import type { FlagChange, Message, MessageDetails, UidSet } from "../../../core/contract/mailbox.ts";
import type { Operation } from "../../../core/contract/storage.ts";
import { changedFlags, distinctFlags } from "../../common/flags.ts";
import { knownMailboxName } from "../../common/mailbox_name.ts";
import { uidRanges } from "../../common/uid_set.ts";
import { flagsOf, keyOf, type MailboxRow, messageColumns, messageOf, type MessageRow, modseqKey } from "../rows.ts";
import { Statement } from "../statement.ts";
import type { Bodies, NewBody } from "./bodies.ts";
import type { Mailboxes } from "./mailboxes.ts";

/** What a message has wherever it is. */
type Content = Pick<MessageRow, "body" | "receivedAt" | "flags" | "size" | "crlfSize">;

type OperationOf<Do extends Operation["do"]> = Extract<Operation, { readonly do: Do }>;

/** Their table. */
export class Messages {
  readonly #mailboxes: Mailboxes;
  readonly #bodies: Bodies;
  readonly #insert: Statement<MessageRow>;
  readonly #inRange: Statement<MessageRow>;
  readonly #setFlags: Statement;
  readonly #remove: Statement<{ readonly uid: number; readonly size: number; readonly body: number }>;
  readonly #remember: Statement;
  /** Whether long bodies lost their last message since `takeGarbage` was asked. */
  #garbage = false;

  /** Over an open database. */
  constructor(database: DatabaseSync, mailboxes: Mailboxes, bodies: Bodies) {
    const prepare = <Row>(sql: string) => new Statement<Row>(database, sql);
    this.#mailboxes = mailboxes;
    this.#bodies = bodies;
    this.#insert = prepare(`INSERT INTO messages (mailbox, ${messageColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`);
    this.#inRange = prepare(
      `SELECT ${messageColumns} FROM messages WHERE mailbox = ? AND uid BETWEEN ? AND ? ORDER BY uid`,
    );
    this.#setFlags = prepare("UPDATE messages SET flags = ?, modseq = ? WHERE mailbox = ? AND uid = ?");
    this.#remove = prepare(
      "DELETE FROM messages WHERE mailbox = ? AND uid BETWEEN ? AND ? RETURNING uid, size, body",
    );
    this.#remember = prepare(
      "INSERT INTO expunged (mailbox, modseq, firstUid, lastUid) VALUES (?, ?, ?, ?)",
    );
  }

  /** Whether there is something to collect since this was last asked. */
  takeGarbage(): boolean {
    const garbage = this.#garbage;
    this.#garbage = false;
    return garbage;
  }

  /** @throws Refusal `not-found`, `invalid`. */
  append({ mailbox, body, details }: OperationOf<"append">, now: number, fresh: ReadonlyMap<number, NewBody>): Message {
    const content = this.#content(keyOf(body), details, fresh);
    return messageOf(this.#insertInto(this.#mailboxes.grow(mailbox, content.size), content, now));
  }

  /** @throws Refusal `not-found`, `invalid`. */
  deliver(
    { account, mailboxName, body, details }: OperationOf<"deliver">,
    now: number,
    fresh: ReadonlyMap<number, NewBody>,
  ): Message {
    const content = this.#content(keyOf(body), details, fresh);
    const name = knownMailboxName(mailboxName) ?? "INBOX";
    const mailbox = this.#mailboxes.growForDelivery(keyOf(account), name, content.size);
    return messageOf(this.#insertInto(mailbox, content, now));
  }

  /** RFC 9051 §6.4.6, RFC 7162 §3.1.3. @throws Refusal `not-found`, `invalid`. */
  setFlags(mailbox: number, uids: UidSet, change: FlagChange): { changed: Message[]; modified: number[] } {
    this.#mailboxes.get(mailbox);
    const flags = distinctFlags(change.flags);
    const since = change.unchangedSince === undefined ? Infinity : modseqKey(change.unchangedSince);
    const changed: Message[] = [], modified: number[] = [];
    let modseq: number | undefined;
    for (const row of this.#select(mailbox, uids)) {
      if (row.modseq > since) {
        modified.push(row.uid);
        continue;
      }
      const after = changedFlags(flagsOf(row.flags), change.mode, flags)?.join(" ");
      if (after === undefined) continue;
      modseq ??= this.#mailboxes.nextModseq(mailbox);
      this.#setFlags.run(after, modseq, mailbox, row.uid);
      changed.push(messageOf({ ...row, flags: after, modseq }));
    }
    return { changed, modified };
  }

  /** RFC 9051 §6.4.7: flags and internal date go with it. @throws Refusal `not-found`. */
  copy(from: number, uids: UidSet, to: number, now: number): (readonly [number, number])[] {
    this.#mailboxes.get(from);
    this.#mailboxes.get(to);
    return this.#select(from, uids).map((row) => {
      this.#bodies.name(row.body);
      return [row.uid, this.#insertInto(this.#mailboxes.grow(to, row.size), row, now).uid] as const;
    });
  }

  /** @throws Refusal `not-found`. */
  move(from: number, uids: UidSet, to: number, now: number): (readonly [number, number])[] {
    const moved = this.copy(from, uids, to, now);
    this.expunge(from, moved.map(([uid]) => uid));
    return moved;
  }

  /** The UIDs that were there. @throws Refusal `not-found`. */
  expunge(mailbox: number, uids: UidSet): number[] {
    this.#mailboxes.get(mailbox);
    const removed = this.#removeAll(mailbox, uids);
    if (removed.length === 0) return [];
    const modseq = this.#mailboxes.nextModseq(mailbox);
    for (const [first, last] of uidRanges(removed)) this.#remember.run(mailbox, modseq, first, last);
    return removed;
  }

  /** Of a mailbox that goes. */
  removeAllOf(mailbox: number): void {
    this.#removeAll(mailbox, [[1, Number.MAX_SAFE_INTEGER]]);
  }

  #select(mailbox: number, uids: UidSet): MessageRow[] {
    return uidRanges(uids).flatMap(([from, to]) => this.#inRange.all(mailbox, from, to));
  }

  #content(body: number, { receivedAt, flags }: MessageDetails, fresh: ReadonlyMap<number, NewBody>): Content {
    const { size, crlfSize } = this.#bodies.name(body, fresh);
    return { body, receivedAt: receivedAt.getTime(), flags: distinctFlags(flags).join(" "), size, crlfSize };
  }

  /** Into a mailbox that has grown for it. */
  #insertInto({ id, uidNext, highestModseq: modseq }: MailboxRow, content: Content, now: number): MessageRow {
    const { receivedAt, flags, size, crlfSize, body } = content;
    const row = { uid: uidNext - 1, modseq, receivedAt, savedAt: now, flags, size, crlfSize, body };
    this.#insert.run(id, row.uid, modseq, receivedAt, now, flags, size, crlfSize, body);
    return row;
  }

  #removeAll(mailbox: number, uids: UidSet): number[] {
    const removed = uidRanges(uids).flatMap(([from, to]) => this.#remove.all(mailbox, from, to));
    this.#mailboxes.shrink(mailbox, removed.length, removed.reduce((sum, { size }) => sum + size, 0));
    if (this.#bodies.release(removed.map(({ body }) => body))) this.#garbage = true;
    return removed.map(({ uid }) => uid).sort((a, b) => a - b);
  }
}
