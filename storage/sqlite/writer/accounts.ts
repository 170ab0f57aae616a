/** Accounts and aliases, as the writer changes them. */
import type { DatabaseSync } from "node:sqlite";
import type { Account, Quota, Secrets } from "../../../core/contract/accounts.ts";
import { Refusal } from "../../../core/contract/refusal.ts";
import { knownQuota } from "../../common/quota.ts";
import { refuseOtherSecrets } from "../../common/secrets.ts";
import { accountOf, type AccountRow } from "../rows.ts";
import { Statement } from "../statement.ts";
import { everybody } from "../writer_messages.ts";
import type { Touched } from "./touched.ts";

/** Their tables. */
export class Accounts {
  readonly #touched: Touched;
  readonly #insert: Statement<AccountRow>;
  readonly #exists: Statement;
  readonly #isAccount: Statement;
  readonly #isAlias: Statement;
  readonly #secrets: Statement<Pick<AccountRow, "secrets">>;
  readonly #setSecrets: Statement;
  readonly #setQuota: Statement;
  readonly #nextRevision: Statement<{ readonly revision: number }>;
  readonly #nextOfAll: Statement<{ readonly revision: number }>;
  readonly #remove: Statement<{ readonly revision: number }>;
  readonly #setAlias: Statement;
  readonly #removeAlias: Statement;

  /** Over an open database. */
  constructor(database: DatabaseSync, touched: Touched) {
    const prepare = <Row>(sql: string) => new Statement<Row>(database, sql);
    this.#touched = touched;
    this.#insert = prepare("INSERT INTO accounts (address, createdAt, secrets) VALUES (?, ?, ?) RETURNING *");
    this.#exists = prepare("SELECT 1 FROM accounts WHERE id = ?");
    this.#isAccount = prepare("SELECT 1 FROM accounts WHERE address = ?");
    this.#isAlias = prepare("SELECT 1 FROM aliases WHERE address = ?");
    this.#secrets = prepare("SELECT secrets FROM accounts WHERE id = ?");
    this.#setSecrets = prepare("UPDATE accounts SET secrets = ? WHERE id = ?");
    this.#setQuota = prepare("UPDATE accounts SET quota = ? WHERE id = ?");
    this.#nextRevision = prepare("UPDATE accounts SET revision = revision + 1 WHERE id = ? RETURNING revision");
    this.#nextOfAll = prepare(
      `INSERT INTO counters VALUES ('everybody', 1)
         ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value AS revision`,
    );
    this.#remove = prepare("DELETE FROM accounts WHERE id = ? RETURNING revision");
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

  /** @throws Refusal `not-found`, `conflict`. */
  setSecrets(account: number, secrets: Secrets, instead: Secrets | undefined): void {
    const kept = this.#secrets.get(account);
    if (kept === undefined) throw noAccount();
    refuseOtherSecrets(JSON.parse(kept.secrets), instead);
    this.#setSecrets.run(JSON.stringify(secrets), account);
    this.touch(account);
  }

  /** @throws Refusal `not-found`, `invalid`. */
  setQuota(account: number, quota: Quota): void {
    const known = knownQuota(quota);
    if (this.#setQuota.run(known === undefined ? null : JSON.stringify(known), account) === 0) throw noAccount();
    this.touch(account);
  }

  /** Something of it was changed that belongs to no mailbox. */
  touch(account: number): void {
    this.#touch(account, this.#nextRevision.get(account));
  }

  /** Something was changed that is everybody's. */
  touchAll(): void {
    const { revision = 0 } = this.#nextOfAll.get() ?? {};
    this.#touched.add({ mailbox: undefined, account: everybody, modseq: 0, revision });
  }

  /** Its mailboxes have been removed before. @throws Refusal `not-found`. */
  remove(account: number): void {
    this.#touch(account, this.#remove.get(account));
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

  #touch(account: number, row: { readonly revision: number } | undefined): void {
    if (row === undefined) throw noAccount();
    this.#touched.add({ mailbox: undefined, account, modseq: 0, revision: row.revision });
  }
}

function noAccount(): Refusal {
  return new Refusal("not-found", "there is no such account");
}
