/** Metadata (RFC 5464), as the writer changes it. */
import type { DatabaseSync } from "node:sqlite";
import { type EntryChange, knownEntries, refuseTooManyEntries } from "../../common/metadata_entries.ts";
import { Statement } from "../statement.ts";

/** Its table. The mailbox 0 is the whole server, the account 0 everyone. */
export class Metadata {
  readonly #set: Statement;
  readonly #add: Statement;
  readonly #remove: Statement;
  readonly #count: Statement<{ readonly count: number; readonly octets: number }>;
  readonly #copy: Statement;
  readonly #removeOfMailbox: Statement;
  readonly #removeOfAccount: Statement;

  /** Over an open database. */
  constructor(database: DatabaseSync) {
    const prepare = <Row>(sql: string) => new Statement<Row>(database, sql);
    this.#set = prepare("INSERT OR REPLACE INTO metadata (mailbox, account, name, value) VALUES (?, ?, ?, ?)");
    this.#add = prepare("INSERT OR IGNORE INTO metadata (mailbox, account, name, value) VALUES (?, ?, ?, ?)");
    this.#remove = prepare("DELETE FROM metadata WHERE mailbox = ? AND account = ? AND name = ?");
    this.#count = prepare(
      `SELECT count(*) AS count, ifnull(sum(length(value)), 0) AS octets FROM metadata
         WHERE mailbox = ? AND account = ?`,
    );
    this.#copy = prepare(
      `INSERT INTO metadata (mailbox, account, name, value)
         SELECT ?, account, name, value FROM metadata WHERE mailbox = ?`,
    );
    this.#removeOfMailbox = prepare("DELETE FROM metadata WHERE mailbox = ?");
    this.#removeOfAccount = prepare("DELETE FROM metadata WHERE account = ?");
  }

  /** In a place that is there. @throws Refusal `invalid`, `too-large`. */
  set(mailbox: number, account: number, entries: readonly EntryChange[], onlyNew = false): void {
    for (const [name, value] of knownEntries(entries)) {
      if (value !== undefined) (onlyNew ? this.#add : this.#set).run(mailbox, account, name, value);
      else if (!onlyNew) this.#remove.run(mailbox, account, name);
    }
    refuseTooManyEntries(this.#count.get(mailbox, account) ?? { count: 0, octets: 0 });
  }

  /** From a mailbox to one that has none. */
  copy(from: number, to: number): void {
    this.#copy.run(to, from);
  }

  /** Of a mailbox that goes. */
  removeOfMailbox(mailbox: number): void {
    this.#removeOfMailbox.run(mailbox);
  }

  /** Of an account that goes: what was its alone, wherever. */
  removeOfAccount(account: number): void {
    this.#removeOfAccount.run(account);
  }
}
