/** Accounts and aliases as a storage keeps them: it knows no passwords, only what a directory gives it to keep. */
import type { AccountId } from "./identifiers.ts";

/** Reads see committed state, also what another process has just changed. */
export interface Accounts {
  /** By canonical address (see `core/contract/directory.ts` for what a login may be). */
  accountByAddress(address: string): Promise<Account | undefined>;
  /** The same without what only logins ask for, for mail asks far more often. Absent: it is had no cheaper. */
  accountForMail?(address: string): Promise<AccountForMail | undefined>;
  /** By id. */
  account(id: AccountId): Promise<Account | undefined>;
  /** In the order of their addresses, after the given one. */
  accounts(after?: string, most?: number): Promise<readonly Account[]>;
  /** What an address is an alias of. */
  alias(address: string): Promise<readonly string[] | undefined>;
  /** In the order of their addresses. */
  aliases(): Promise<readonly Alias[]>;
  /** Applies changes, all or none, durable when it resolves. The storage's `apply` takes the same operations. */
  changeAccounts(batch: readonly AccountOperation[]): Promise<void>;
}

/** An account. */
export interface Account {
  /** For ever. */
  readonly id: AccountId;
  /** Canonical. */
  readonly address: string;
  /** When it was made. */
  readonly createdAt: Date;
  /** What the directory keeps of the password, by a name of its own choice; opaque to the storage. */
  readonly secrets: Secrets;
  /** How much it may keep; absent: as much as the disk holds. */
  readonly quota?: Quota;
}

/** What mail has to know of an account. */
export type AccountForMail = Pick<Account, "id" | "quota">;

/** Limits of an account (RFC 9208 §5); what is absent is not limited. */
export interface Quota {
  /** Octets of all messages. */
  readonly storage?: number;
  /** How many messages. */
  readonly messages?: number;
  /** How many mailboxes. */
  readonly mailboxes?: number;
}

/** Text by the directory's own names. */
export type Secrets = Readonly<Record<string, string>>;

/** An alias. */
export interface Alias {
  /** Canonical; `@domain` for the catch-all. */
  readonly address: string;
  /** At least one. */
  readonly to: readonly string[];
}

/** Changes to accounts, as data. */
export type AccountOperation =
  /** With its INBOX. Refused as a conflict when the address is taken by an account or an alias. */
  | { readonly do: "createAccount"; readonly address: string; readonly secrets: Secrets }
  /** `instead`: refused as a conflict when those that are kept are others by now. */
  | {
    readonly do: "setSecrets";
    readonly account: AccountId;
    readonly secrets: Secrets;
    readonly instead?: Secrets;
  }
  /** What is over it already stays; nothing is added. */
  | { readonly do: "setQuota"; readonly account: AccountId; readonly quota: Quota }
  /** With its mailboxes and messages, its metadata and datasets, and the rights that it had in others' mailboxes. */
  | { readonly do: "removeAccount"; readonly account: AccountId }
  /** Replaces; refused as a conflict when the address is an account's. */
  | { readonly do: "setAlias"; readonly address: string; readonly to: readonly string[] }
  | { readonly do: "removeAlias"; readonly address: string };
