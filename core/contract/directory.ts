/** Who has an account, and what an address leads to. */
import type { Quota } from "./accounts.ts";
import type { OtpSecret, OtpSequence, SecretByScheme, SecretScheme } from "./authentication.ts";
import type { AccountId } from "./identifiers.ts";

/** Logins and addresses. A login is an address, or a local part of the first domain. */
export interface Directory {
  /** Whether passwords can be checked. */
  readonly canCheckPassword: boolean;
  /** Schemes that it keeps for the accounts whose passwords it sets. */
  readonly secretSchemes: ReadonlySet<SecretScheme>;
  /**
   * The account if the password is its. Unknown logins take as long as wrong passwords.
   *
   * @param mayBeSecond Whether the account's second password, where it has one, does as well; absent: no.
   */
  checkPassword(login: string, password: string, mayBeSecond?: boolean): Promise<AccountId | undefined>;
  /** What is kept for a login; undefined when nothing is. `realm` is DIGEST-MD5's. */
  secret<S extends SecretScheme>(login: string, scheme: S, realm?: string): Promise<SecretByScheme[S] | undefined>;
  /**
   * Replaces a sequence of one-time passwords while it still is what it was; false where it is not. Durable when it
   * resolves. There where `secretSchemes` has "otp".
   */
  advanceOtp?(from: OtpSecret, to: OtpSequence): Promise<boolean>;
  /**
   * A mark of what an account logs in by: another one when that was set anew, by whichever process, and not when it was
   * used or brought up to date. Undefined where the account is gone, or never was: for a login that nobody has, "0" is asked
   * about, so that it takes as long as any other. Absent: sessions outlive changes that others make.
   */
  secretsMark?(account: AccountId): Promise<string | undefined>;
  /** The account of a login, without any proof. */
  findAccount(login: string): Promise<AccountId | undefined>;
  /** The account to act as (RFC 4422 §3.4.1); undefined when it may not. */
  mayActAs(account: AccountId, authorizeAs: string): Promise<AccountId | undefined>;
  /** Whether mail from this address may be submitted by the account (RFC 6409 §6.1). */
  maySendAs(account: AccountId, address: string): Promise<boolean>;
  /** Where mail for an address goes. Asked for each RCPT. */
  resolve(address: string): Promise<Recipient>;
  /** Present where accounts can be changed from here: the command line uses it. */
  readonly admin?: DirectoryAdmin;
}

/**
 * Where mail for an address goes. `isSeparate`: a copy of its own is made for each such address, also where several lead
 * to one account, whose owner parts them again (multidrop).
 */
export type Recipient =
  | {
    readonly kind: "account";
    readonly account: AccountId; /** Of `user+detail` (RFC 5233). */
    readonly detail?: string;
    /** What the account may keep, where that was read along with it; `{}`: no limits. Absent: the storage is asked. */
    readonly quota?: Quota;
    readonly isSeparate?: true;
  }
  /** An alias: local or remote addresses. */
  | { readonly kind: "redirect"; readonly to: readonly string[]; readonly isSeparate?: true }
  /** Not of a local domain. */
  | { readonly kind: "remote" }
  /** Of a local domain, but nobody's. */
  | { readonly kind: "unknown" };

/** Changes to accounts. Every method throws a Refusal whose text an operator can act on. */
export interface DirectoryAdmin {
  /** Adds an account with its INBOX. */
  add(address: string, password: string): Promise<AccountSummary>;
  /**
   * Adds many, durable when it resolves; in batches, so that thousands take seconds.
   *
   * @throws Refusal with `entries`, where some of them are why: then none was added.
   */
  addAll(
    accounts: readonly { readonly address: string; readonly password: string }[],
  ): Promise<readonly AccountSummary[]>;
  /** Sets a password and every secret made from it; a second password and one-time passwords stay. */
  setPassword(address: string, password: string): Promise<void>;
  /** Sets a second password, for services that take one (SDPS), and leaves the first; undefined removes it. */
  setSecondPassword(address: string, password: string | undefined): Promise<void>;
  /** Sets a sequence of one-time passwords (RFC 2289), whose seed must be another than before; undefined removes it. */
  setOtp(address: string, sequence: OtpSequence | undefined): Promise<void>;
  /** Sets the limits of an account; what is absent is not limited. */
  setQuota(address: string, quota: Quota): Promise<void>;
  /** Removes an account and its mail. */
  remove(address: string): Promise<void>;
  /** All accounts, by address. */
  list(): Promise<readonly AccountSummary[]>;
  /** One account. */
  show(address: string): Promise<AccountSummary>;
  /** Makes an address (or `@domain`, the catch-all) an alias of others; none removes it. */
  setAlias(address: string, to: readonly string[]): Promise<void>;
  /** All aliases, by address. */
  aliases(): Promise<readonly { readonly address: string; readonly to: readonly string[] }[]>;
}

/** An account, for an operator. */
export interface AccountSummary {
  /** Its id. */
  readonly account: AccountId;
  /** Its address. */
  readonly address: string;
  /** When it was added. */
  readonly createdAt: Date;
  /** Forms in which its password is kept: "scrypt", "scram-sha-256". */
  readonly secrets: readonly string[];
  /** Its limits; absent: none. */
  readonly quota?: Quota;
}
