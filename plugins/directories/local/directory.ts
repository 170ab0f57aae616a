/** The local directory: accounts and aliases in the storage, passwords as this folder keeps them. */
import type { Account, Accounts, Secrets } from "../../../core/contract/accounts.ts";
import type { OtpSecret, OtpSequence, SecretByScheme, SecretScheme } from "../../../core/contract/authentication.ts";
import type { Directory, DirectoryAdmin, Recipient } from "../../../core/contract/directory.ts";
import type { AccountId } from "../../../core/contract/identifiers.ts";
import type { Logger } from "../../../core/contract/logger.ts";
import { Refusal } from "../../../core/contract/refusal.ts";
import type { KeptSecrets } from "./kept_secrets.ts";
import { allAccounts, type Lookup } from "./lookup.ts";
import type { Nobody } from "./nobody.ts";
import { printOtp } from "./otp_text.ts";
import type { PasswordHasher } from "./password_hash.ts";
import type { PasswordSeal } from "./password_seal.ts";
import { RecentSuccesses } from "./recent_successes.ts";

/** What the directory is made of. */
export interface DirectoryParts {
  /** The storage's. */
  readonly accounts: Accounts;
  /** What the configured mechanisms can use. */
  readonly needed: ReadonlySet<SecretScheme>;
  /** Finds accounts. */
  readonly lookup: Lookup;
  /** Checks passwords. */
  readonly hasher: PasswordHasher;
  /** Seals passwords. */
  readonly seal: PasswordSeal;
  /** Makes and reads secrets. */
  readonly secrets: KeptSecrets;
  /** Who is asked for where there is no account. */
  readonly nobody: Nobody;
  /** Changes accounts. */
  readonly admin: DirectoryAdmin;
  /** Logins of those who may act as others. */
  readonly administrators: readonly string[];
  /** For the operator. */
  readonly log: Logger;
  /** The time. */
  now(): Date;
}

/** How often a change is tried while others change the same. */
const mostTries = 10;

/** Answers questions about logins and addresses. */
export class LocalDirectory implements Directory {
  readonly canCheckPassword = true;
  readonly secretSchemes: ReadonlySet<SecretScheme>;
  readonly admin: DirectoryAdmin;
  readonly #parts: DirectoryParts;
  readonly #successes: RecentSuccesses;
  /** Whether some account's password is sealed. */
  #isKeyNeeded = false;
  /** Whether there has been an account, or an alias. */
  #hasAccounts = false;
  /** Whether the operator knows that there is none. */
  #isTold = false;

  /** Of these parts. */
  constructor(parts: DirectoryParts) {
    this.#parts = parts;
    this.admin = parts.admin;
    this.#successes = new RecentSuccesses(() => parts.now());
    // DIGEST-MD5 can be had from the password.
    this.secretSchemes = new Set([...parts.needed, ...parts.needed.has("plain") ? ["digest-md5" as const] : []]);
  }

  /** Tells the operator at once where sealed passwords cannot be opened. */
  async start(): Promise<void> {
    const { needed, accounts, seal, log } = this.#parts;
    if (!needed.has("plain")) return;
    for await (const { secrets } of allAccounts(accounts)) {
      this.#isKeyNeeded ||= secrets.plain !== undefined;
      if (this.#isKeyNeeded) break;
    }
    if (!this.#isKeyNeeded) return;
    try {
      await seal.check();
    } catch (error) {
      // All else works, and this does again when the key is back.
      log.error("sealed passwords cannot be opened", { error });
    }
  }

  async checkPassword(login: string, password: string, mayBeSecond = false): Promise<AccountId | undefined> {
    const { lookup, hasher } = this.#parts;
    const account = await lookup.login(login);
    const names = mayBeSecond ? ["scrypt", "second"] as const : ["scrypt"] as const;
    const kept = names.map((name) => {
      const hash = account?.secrets[name];
      return {
        name,
        hash,
        success: account && hash !== undefined ? { account: account.id, password, hash } : undefined,
      };
    });
    const known = kept.find(({ success }) => success && this.#successes.has(success));
    if (known !== undefined) return account?.id;
    // Whoever is asked for, and whatever is kept, the same work; only a right password may be answered sooner.
    for (const { name, hash, success } of kept) {
      const isRight = await hasher.isRight(password, hash);
      if (!isRight || account === undefined || success === undefined) continue;
      this.#successes.remember(success);
      await this.#renew(account, name, password);
      return account.id;
    }
    return undefined;
  }

  async secret<S extends SecretScheme>(
    login: string,
    scheme: S,
    realm?: string,
  ): Promise<SecretByScheme[S] | undefined> {
    const { lookup, needed, seal, secrets } = this.#parts;
    const account = await lookup.login(login, realm);
    if (needed.has("plain") && (scheme === "plain" || scheme === "digest-md5")) {
      this.#isKeyNeeded ||= account?.secrets.plain !== undefined;
      // Without the key, nobody is told anything: else an error would tell who has an account.
      if (this.#isKeyNeeded) await seal.check();
    }
    return await secrets.find(account, scheme, { user: login, realm: realm ?? "" });
  }

  async advanceOtp({ account: id, ...from }: OtpSecret, to: OtpSequence): Promise<boolean> {
    const [before, otp] = [printOtp(from), printOtp(to)];
    // What else is kept may be changed meanwhile; then the sequence is looked at again.
    for (let tries = 0; tries < mostTries; tries++) {
      const kept = (await this.#parts.accounts.account(id))?.secrets;
      if (kept?.otp !== before) return false;
      if (await this.#replace(id, { ...kept, otp }, kept)) return true;
    }
    throw new Refusal("unavailable", "the account is being changed, try again later");
  }

  async secretsMark(id: AccountId): Promise<string | undefined> {
    const { lookup, nobody } = this.#parts;
    const account = await lookup.byId(id);
    const { secrets: { mark = "" } } = account ?? nobody;
    return account && mark;
  }

  async findAccount(login: string): Promise<AccountId | undefined> {
    return (await this.#parts.lookup.login(login))?.id;
  }

  /**
   * Only itself, but for administrators. An alias that leads to an account gives the right to send as it (`maySendAs`), which is the right that
   * an alias is about; whoever it leads to tomorrow must not be who may log in as somebody today.
   */
  async mayActAs(account: AccountId, authorizeAs: string): Promise<AccountId | undefined> {
    const wanted = await this.findAccount(authorizeAs);
    return wanted === account || await this.#isAdministrator(account) ? wanted : undefined;
  }

  /** RFC 6409 §6.1: whoever gets the mail for an address may send from it. */
  async maySendAs(account: AccountId, address: string): Promise<boolean> {
    return await this.#parts.lookup.leadsTo(address, account);
  }

  async resolve(address: string): Promise<Recipient> {
    const recipient = await this.#parts.lookup.resolve(address);
    if (recipient.kind === "unknown") await this.#expectAccounts();
    return recipient;
  }

  /**
   * A database that was lost, or whose disk is not there yet, has no account at all: whose mail comes meanwhile must not be
   * told that they have no mailbox. @throws Refusal.
   */
  async #expectAccounts(): Promise<void> {
    const { accounts, log } = this.#parts;
    this.#hasAccounts ||= (await accounts.accounts(undefined, 1)).length > 0 || (await accounts.aliases()).length > 0;
    if (this.#hasAccounts) return;
    if (!this.#isTold) {
      log.warn(
        "mail is put off, for there is no account at all: add one, or if there were some, see that data in the " +
          "configuration is the right folder, and that its disk is there",
      );
    }
    this.#isTold = true;
    throw new Refusal("unavailable", "there are no mailboxes here yet, try again later");
  }

  /** False where the secrets are others by now, or the account is gone. */
  async #replace(account: AccountId, secrets: Secrets, instead: Secrets): Promise<boolean> {
    try {
      await this.#parts.accounts.changeAccounts([{ do: "setSecrets", account, secrets, instead }]);
      return true;
    } catch (error) {
      if (error instanceof Refusal && (error.kind === "conflict" || error.kind === "not-found")) return false;
      throw error;
    }
  }

  /** Asked anew each time: an address may have become another account's. */
  async #isAdministrator(account: AccountId): Promise<boolean> {
    for (const login of this.#parts.administrators) if (await this.findAccount(login) === account) return true;
    return false;
  }

  /** The password is known now: what is kept of it can be brought up to date. Logging in does not depend on it. */
  async #renew(account: Account, name: "scrypt" | "second", password: string): Promise<void> {
    const { secrets, log } = this.#parts;
    try {
      const renewed = name === "scrypt"
        ? await secrets.renewed(account, password)
        : await secrets.renewedSecond(account, password);
      if (renewed === undefined) return;
      // Making them took a while: a password that was changed meanwhile stays changed.
      const isDone = await this.#replace(account.id, renewed, account.secrets);
      if (!isDone) return;
      log.info("what is kept of a password was brought up to date", {
        account: account.id,
        kept: Object.keys(renewed).join(" "),
      });
    } catch (error) {
      log.warn("what is kept of a password could not be brought up to date", { account: account.id, error });
    }
  }
}
