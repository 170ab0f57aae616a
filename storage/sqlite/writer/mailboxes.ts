/** Mailboxes, as the writer changes them; their messages are in `messages.ts`. */
import type { DatabaseSync } from "node:sqlite";
import { Refusal } from "../../../core/contract/refusal.ts";
import { inferiorPrefix, renamed, superiorNames } from "../../common/mailbox_name.ts";
import type { MailboxRow } from "../rows.ts";
import { Statement } from "../statement.ts";
import type { TouchedMailbox } from "../writer_messages.ts";

/** Their table. */
export class Mailboxes {
  readonly #find: Statement<MailboxRow>;
  readonly #byName: Statement<MailboxRow>;
  readonly #ofAccount: Statement<MailboxRow>;
  readonly #insert: Statement<MailboxRow>;
  readonly #nextUidValidity: Statement<{ readonly value: number }>;
  readonly #grow: Statement<MailboxRow>;
  readonly #growNamed: Statement<MailboxRow>;
  readonly #nextModseq: Statement<MailboxRow>;
  readonly #shrink: Statement;
  readonly #rename: Statement;
  readonly #forget: Statement;
  readonly #remove: Statement;
  #touched = new Map<number, TouchedMailbox>();

  /** Over an open database. */
  constructor(database: DatabaseSync) {
    const prepare = <Row>(sql: string) => new Statement<Row>(database, sql);
    this.#find = prepare("SELECT * FROM mailboxes WHERE id = ?");
    this.#byName = prepare("SELECT * FROM mailboxes WHERE account = ? AND name = ?");
    this.#ofAccount = prepare("SELECT * FROM mailboxes WHERE account = ?");
    this.#insert = prepare("INSERT INTO mailboxes (account, name, uidValidity) VALUES (?, ?, ?) RETURNING *");
    this.#nextUidValidity = prepare(
      "UPDATE counters SET value = max(value + 1, ?) WHERE name = 'uid_validity' RETURNING value",
    );
    const grow = `UPDATE mailboxes SET uidNext = uidNext + 1, highestModseq = highestModseq + 1,
      messages = messages + 1, size = size + ?`;
    this.#grow = prepare(`${grow} WHERE id = ? RETURNING *`);
    this.#growNamed = prepare(`${grow} WHERE account = ? AND name = ? RETURNING *`);
    this.#nextModseq = prepare(
      "UPDATE mailboxes SET highestModseq = highestModseq + 1 WHERE id = ? RETURNING *",
    );
    this.#shrink = prepare("UPDATE mailboxes SET messages = messages - ?, size = size - ? WHERE id = ?");
    this.#rename = prepare("UPDATE mailboxes SET name = ? WHERE id = ?");
    this.#forget = prepare("DELETE FROM expunged WHERE mailbox = ?");
    this.#remove = prepare("DELETE FROM mailboxes WHERE id = ?");
  }

  /** Those changed, as they are now. */
  get touched(): TouchedMailbox[] {
    return [...this.#touched.values()];
  }

  /** A transaction begins, or is taken back to where only these were changed. */
  resetTouched(touched: readonly TouchedMailbox[] = []): void {
    this.#touched = new Map(touched.map((mailbox) => [mailbox.mailbox, mailbox]));
  }

  /** @throws Refusal `not-found`. */
  get(mailbox: number): MailboxRow {
    return this.#find.get(mailbox) ?? noMailbox();
  }

  /** By canonical name. */
  byName(account: number, name: string): MailboxRow | undefined {
    return this.#byName.get(account, name);
  }

  /** In no order. */
  ofAccount(account: number): MailboxRow[] {
    return this.#ofAccount.all(account);
  }

  /** With what is above it (RFC 9051 §6.3.4). @throws Refusal `conflict`. */
  create(account: number, name: string, now: number): MailboxRow {
    if (this.byName(account, name) !== undefined) throw taken();
    this.#addSuperiors(account, name, now);
    return this.add(account, name, now);
  }

  /** One whose name is known to be free. */
  add(account: number, name: string, now: number): MailboxRow {
    // RFC 9051 §2.3.1.1: greater than any before, in whatever account, so that no name ever has the same twice.
    const validity = this.#nextUidValidity.get(Math.floor(now / 1000))?.value;
    const row = this.#insert.get(account, name, validity ?? null);
    return this.#touch(row);
  }

  /** Room for a message of this size: the mailbox with its UID and mod-sequence counted. @throws Refusal `not-found`. */
  grow(mailbox: number, size: number): MailboxRow {
    return this.#touch(this.#grow.get(size, mailbox));
  }

  /** The same in an account's mailbox of that name, or INBOX where there is none. @throws Refusal `not-found`. */
  growForDelivery(account: number, name: string, size: number): MailboxRow {
    const row = this.#growNamed.get(size, account, name) ?? this.#growNamed.get(size, account, "INBOX");
    if (row === undefined) throw new Refusal("not-found", "there is no such account");
    return this.#touch(row);
  }

  /** The mod-sequence of a change (RFC 7162 §3.1). @throws Refusal `not-found`. */
  nextModseq(mailbox: number): number {
    return this.#touch(this.#nextModseq.get(mailbox)).highestModseq;
  }

  /** So many messages of so many octets are gone. */
  shrink(mailbox: number, messages: number, size: number): void {
    this.#shrink.run(messages, size, mailbox);
  }

  /** RFC 9051 §6.3.6: with what is below it. @throws Refusal `conflict`, `invalid`. */
  rename(mailbox: MailboxRow, to: string, now: number): void {
    const { account, name: from } = mailbox;
    const all = this.ofAccount(account);
    const isFamily = ({ id, name }: MailboxRow) => id === mailbox.id || name.startsWith(inferiorPrefix(from));
    const others = new Set(all.filter((row) => !isFamily(row)).map(({ name }) => name));
    const family = all.filter(isFamily).map((row) => ({ ...row, name: renamed(row.name, from, to) }));
    if (to === from || family.some(({ name }) => others.has(name))) throw taken();
    // A name of the family may be another's new one: the way goes through names that no mailbox can have.
    for (const { id } of family) this.#rename.run(`/${id}`, id);
    for (const row of family) {
      this.#rename.run(row.name, row.id);
      this.#touch(row);
    }
    this.#addSuperiors(account, to, now);
  }

  /** Its messages have been removed before. */
  remove(mailbox: MailboxRow): void {
    this.#forget.run(mailbox.id);
    this.#remove.run(mailbox.id);
    this.#touch(mailbox);
  }

  #addSuperiors(account: number, name: string, now: number): void {
    for (const superior of superiorNames(name)) {
      if (this.byName(account, superior) === undefined) this.add(account, superior, now);
    }
  }

  #touch(row: MailboxRow | undefined): MailboxRow {
    if (row === undefined) noMailbox();
    this.#touched.set(row.id, { mailbox: row.id, account: row.account, modseq: row.highestModseq });
    return row;
  }
}

function noMailbox(): never {
  throw new Refusal("not-found", "there is no such mailbox");
}

function taken(): Refusal {
  return new Refusal("conflict", "there is a mailbox of that name");
}
