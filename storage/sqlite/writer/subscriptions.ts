/** Names that accounts are subscribed to, as the writer changes them. */
import type { DatabaseSync } from "node:sqlite";
import { newMailboxName } from "../../common/mailbox_name.ts";
import { refuseTooManySubscriptions } from "../../common/subscriptions.ts";
import { Statement } from "../statement.ts";

/** Their table; those of an account go with it. */
export class Subscriptions {
  readonly #add: Statement;
  readonly #remove: Statement;
  readonly #count: Statement<{ readonly count: number }>;

  /** Over an open database. */
  constructor(database: DatabaseSync) {
    const prepare = <Row>(sql: string) => new Statement<Row>(database, sql);
    this.#add = prepare("INSERT OR IGNORE INTO subscriptions (account, name) VALUES (?, ?)");
    this.#remove = prepare("DELETE FROM subscriptions WHERE account = ? AND name = ?");
    this.#count = prepare("SELECT count(*) AS count FROM subscriptions WHERE account = ?");
  }

  /** Gives whether that is new (RFC 9051 §6.3.7). @throws Refusal `invalid`, `too-large`. */
  add(account: number, name: string): boolean {
    if (this.#add.run(account, newMailboxName(name)) === 0) return false;
    refuseTooManySubscriptions(this.#count.get(account)?.count ?? 0);
    return true;
  }

  /** Gives whether it was there (RFC 9051 §6.3.8). @throws Refusal `invalid`. */
  remove(account: number, name: string): boolean {
    return this.#remove.run(account, newMailboxName(name)) > 0;
  }
}
