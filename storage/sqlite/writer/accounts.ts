/** Accounts and aliases, as the writer changes them. */
import type { DatabaseSync } from "node:sqlite";
import type { Account, Secrets } from "../../../core/contract/accounts.ts";
import { Refusal } from "../../../core/contract/refusal.ts";
import { accountOf, type AccountRow } from "../rows.ts";
import { Statement } from "../statement.ts";

/** Their tables. */
export class Accounts {
  readonly #insert: Statement<AccountRow>;
  readonly #exists: Statement;
  readonly #isAccount: Statement;
  readonly #isAlias: Statement;
  readonly #setSecrets: Statement;
  readonly #remove: Statement;
  readonly #setAlias: Statement;
  readonly #removeAlias: Statement;

  /** Over an open database. */
  constructor(database: DatabaseSync) {
    const prepare = <Row>(sql: string) => new Statement<Row>(database, sql);
    this.#insert = prepare("INSERT INTO accounts (address, createdAt, secrets) VALUES (?, ?, ?) RETURNING *");
    this.#exists = prepare("SELECT 1 FROM accounts WHERE id = ?");
    this.#isAccount = prepare("SELECT 1 FROM accounts WHERE address = ?");
    this.#isAlias = prepare("SELECT 1 FROM aliases WHERE address = ?");
    this.#setSecrets = prepare("UPDATE accounts SET secrets = ? WHERE id = ?");
    this.#remove = prepare("DELETE FROM accounts WHERE id = ?");
    this.#setAlias = prepare("INSERT OR REPLACE INTO aliases (address, targets) VALUES (?, ?)");
    this.#removeAlias = prepare("DELETE FROM aliases WHERE address = ?");
  }

  /** Adds one, still without INBOX. @throws Refusal `conflict`. */
  create(address: string, secrets: Secrets, now: number): Account {
    if (this.#isAccount.get(address) ?? this.#isAlias.get(address)) {
      throw new Refusal("conflict", "that address is taken");
    }
    const row = this.#insert.get(address, now, JSON.stringify(secrets));
    if (row === undefined) throw new Error("an inserted account gave no row");
    return accountOf(row);
  }

  /** @throws Refusal `not-found`. */
  mustExist(account: number): void {
    if (this.#exists.get(account) === undefined) throw noAccount();
  }

  /** @throws Refusal `not-found`. */
  setSecrets(account: number, secrets: Secrets): void {
    if (this.#setSecrets.run(JSON.stringify(secrets), account) === 0) throw noAccount();
  }

  /** Its mailboxes have been removed before. @throws Refusal `not-found`. */
  remove(account: number): void {
    if (this.#remove.run(account) === 0) throw noAccount();
  }

  /** @throws Refusal `conflict`, `invalid`. */
  setAlias(address: string, to: readonly string[]): void {
    if (to.length === 0) throw new Refusal("invalid", "an alias leads to at least one address");
    if (this.#isAccount.get(address)) throw new Refusal("conflict", "that address is an account's");
    this.#setAlias.run(address, JSON.stringify(to));
  }

  /** @throws Refusal `not-found`. */
  removeAlias(address: string): void {
    if (this.#removeAlias.run(address) === 0) throw new Refusal("not-found", "there is no such alias");
  }
}

function noAccount(): Refusal {
  return new Refusal("not-found", "there is no such account");
}
