/** Limits of accounts, as the writer enforces them. */
import type { DatabaseSync } from "node:sqlite";
import type { Quota } from "../../../core/contract/accounts.ts";
import { refuseFull, refuseTooManyMailboxes, type Usage } from "../../common/quota.ts";
import { Statement } from "../statement.ts";

/** What accounts keep against what they may. */
export class Quotas {
  readonly #quota: Statement<{ readonly quota: string | null }>;
  readonly #usage: Statement<Usage>;

  /** Over an open database. */
  constructor(database: DatabaseSync) {
    this.#quota = new Statement(database, "SELECT quota FROM accounts WHERE id = ?");
    this.#usage = new Statement(
      database,
      `SELECT ifnull(sum(size), 0) AS storage, ifnull(sum(messages), 0) AS messages, count(*) AS mailboxes
         FROM mailboxes WHERE account = ?`,
    );
  }

  /** After messages were added to an account whose quota is this, as its column has it. @throws Refusal `over-quota`. */
  refuseFull(account: number, quota: string | null): void {
    this.#refuse(account, quota, refuseFull);
  }

  /** After mailboxes were added to an account. @throws Refusal `over-quota`. */
  refuseTooManyMailboxes(account: number): void {
    this.#refuse(account, this.#quota.get(account)?.quota ?? null, refuseTooManyMailboxes);
  }

  #refuse(account: number, quota: string | null, refuse: (quota: Quota, usage: Usage) => void): void {
    const usage = quota === null ? undefined : this.#usage.get(account);
    if (quota !== null && usage !== undefined) refuse(JSON.parse(quota), usage);
  }
}
