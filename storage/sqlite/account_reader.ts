/** Reads of accounts and of what belongs to them: short queries in the thread that asks. */
import type { DatabaseSync } from "node:sqlite";
import type { Account, AccountForMail, Alias } from "../../core/contract/accounts.ts";
import type { Metadata, MetadataPlace } from "../../core/contract/mailbox.ts";
import { accountForMailOf, accountOf, type AccountRow, limit, placeKeys } from "./rows.ts";
import { Statement } from "./statement.ts";

/** Sees what is committed. */
export class AccountReader {
  readonly #account: Statement<AccountRow>;
  readonly #accountByAddress: Statement<AccountRow>;
  readonly #accountForMail: Statement<Pick<AccountRow, "id" | "quota">>;
  readonly #accounts: Statement<AccountRow>;
  readonly #alias: Statement<{ readonly targets: string }>;
  readonly #aliases: Statement<{ readonly address: string; readonly targets: string }>;
  readonly #subscriptions: Statement<{ readonly name: string }>;
  readonly #metadata: Statement<{ readonly name: string; readonly value: Uint8Array }>;

  /** Over a connection that reads. */
  constructor(database: DatabaseSync) {
    const prepare = <Row>(sql: string) => new Statement<Row>(database, sql);
    this.#account = prepare("SELECT * FROM accounts WHERE id = ?");
    this.#accountByAddress = prepare("SELECT * FROM accounts WHERE address = ?");
    // Else SQLite takes the index of addresses alone, for they are unique, and reads the account's row besides.
    this.#accountForMail = prepare("SELECT id, quota FROM accounts INDEXED BY accounts_for_mail WHERE address = ?");
    this.#accounts = prepare("SELECT * FROM accounts WHERE address > ? ORDER BY address LIMIT 0 + ?");
    this.#alias = prepare("SELECT targets FROM aliases WHERE address = ?");
    this.#aliases = prepare("SELECT address, targets FROM aliases ORDER BY address");
    this.#subscriptions = prepare("SELECT name FROM subscriptions WHERE account = ? ORDER BY name");
    this.#metadata = prepare("SELECT name, value FROM metadata WHERE mailbox = ? AND account = ? ORDER BY name");
  }

  /** By id. */
  account(key: number): Account | undefined {
    const row = this.#account.get(key);
    return row && accountOf(row);
  }

  /** By canonical address. */
  accountByAddress(address: string): Account | undefined {
    const row = this.#accountByAddress.get(address);
    return row && accountOf(row);
  }

  /** The same, as far as mail asks. */
  accountForMail(address: string): AccountForMail | undefined {
    const row = this.#accountForMail.get(address);
    return row && accountForMailOf(row);
  }

  /** In the order of their addresses. */
  accounts(after: string, most: number): Account[] {
    return this.#accounts.all(after, limit(most)).map(accountOf);
  }

  /** What an address is an alias of. */
  alias(address: string): string[] | undefined {
    const row = this.#alias.get(address);
    return row && JSON.parse(row.targets);
  }

  /** In the order of their addresses. */
  aliases(): Alias[] {
    return this.#aliases.all().map(({ address, targets }) => ({ address, to: JSON.parse(targets) }));
  }

  /** Names, in their order. */
  subscriptions(account: number): string[] {
    return this.#subscriptions.all(account).map(({ name }) => name);
  }

  /** Entries of a place. */
  metadata(place: MetadataPlace): Metadata {
    const { mailbox, account } = placeKeys(place);
    return new Map(this.#metadata.all(mailbox, account).map(({ name, value }) => [name, value]));
  }
}
