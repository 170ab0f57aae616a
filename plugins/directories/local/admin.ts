/** Changes to accounts and aliases. Everything is checked before anything is done. */
import { randomBytes } from "node:crypto";
import type { Account, AccountOperation, Accounts, Quota, Secrets } from "../../../core/contract/accounts.ts";
import type { OtpSequence } from "../../../core/contract/authentication.ts";
import type { AccountSummary, DirectoryAdmin } from "../../../core/contract/directory.ts";
import type { Logger } from "../../../core/contract/logger.ts";
import { Refusal, type RefusedEntry } from "../../../core/contract/refusal.ts";
import type { Address, AddressBook } from "./address_book.ts";
import {
  checkAddress,
  checkCatchAll,
  checkLocalAddress,
  checkPassword,
  existingAccount,
  show,
  unknown,
} from "./checks.ts";
import { type KeptSecrets, namesOfSecrets, notMadeOfPassword } from "./kept_secrets.ts";
import { allAccounts, Lookup, mostAddresses } from "./lookup.ts";
import { parseOtp, printOtp } from "./otp_text.ts";

/** What changes are made with. */
export interface AdminParts {
  /** The storage's. */
  readonly accounts: Accounts;
  /** Reads addresses. */
  readonly book: AddressBook;
  /** Makes what is kept of passwords. */
  readonly secrets: KeptSecrets;
  /** Whether one-time passwords are of any use. */
  readonly canServeOtp: boolean;
  /** Accounts whose secrets are worth making at once. */
  readonly atOnce: number;
  /** For the operator. */
  readonly log: Logger;
}

/** An account to be added. */
interface NewAccount {
  readonly address: Address;
  readonly password: string;
}

/** Accounts that are added in one batch: few fsyncs, and none so large that others wait for it. */
const batchSize = 300;
/** How often a change is tried while others change the same. */
const mostTries = 10;
/** Problems of a list that are told at once. */
const mostProblems = 10;

/** The administration of the local directory. */
export class LocalAdmin implements DirectoryAdmin {
  readonly #parts: AdminParts;

  /** With these parts. */
  constructor(parts: AdminParts) {
    this.#parts = parts;
  }

  async add(address: string, password: string): Promise<AccountSummary> {
    const account = await this.#check(address, password);
    await this.#create([account]);
    return await this.show(account.address.canonical);
  }

  async addAll(
    accounts: readonly { readonly address: string; readonly password: string }[],
  ): Promise<readonly AccountSummary[]> {
    const checked = await this.#checkAll(accounts);
    const added: AccountSummary[] = [];
    for (let start = 0; start < checked.length; start += batchSize) {
      const batch = checked.slice(start, start + batchSize);
      await this.#create(batch);
      for (const { address } of batch) added.push(await this.show(address.canonical));
    }
    return added;
  }

  async setPassword(address: string, password: string): Promise<void> {
    const { accounts, book } = this.#parts;
    const account = await existingAccount(address, book, accounts);
    checkPassword(password);
    const made = await this.#secretsOf(checkAddress(account.address, book), password);
    await this.#setSecrets(account, (kept) => ({ ...made, ...notMadeOfPassword(kept) }));
  }

  async setSecondPassword(address: string, password: string | undefined): Promise<void> {
    const { accounts, book, secrets } = this.#parts;
    const account = await existingAccount(address, book, accounts);
    if (password !== undefined) checkPassword(password);
    const second = password === undefined ? undefined : await secrets.ofSecond(password);
    await this.#setSecrets(account, ({ second: _, ...kept }) => second === undefined ? kept : { ...kept, second });
  }

  async setOtp(address: string, sequence: OtpSequence | undefined): Promise<void> {
    const { accounts, book, canServeOtp } = this.#parts;
    const account = await existingAccount(address, book, accounts);
    if (sequence !== undefined && !canServeOtp) {
      throw new Refusal("invalid", "one-time passwords are not kept: add otp to auth in the configuration first");
    }
    await this.#setSecrets(account, ({ otp, ...kept }) => {
      if (sequence === undefined) return kept;
      // RFC 2289 §8: the seed or the pass phrase must be another, and of the two only the seed can be seen.
      if (otp !== undefined && parseOtp(otp).seed === sequence.seed) {
        throw new Refusal("invalid", `the seed ${sequence.seed} is that of the sequence before: choose another`);
      }
      return { ...kept, otp: printOtp(sequence) };
    });
  }

  async setQuota(address: string, quota: Quota): Promise<void> {
    const { accounts, book } = this.#parts;
    const account = await existingAccount(address, book, accounts);
    await accounts.changeAccounts([{ do: "setQuota", account: account.id, quota }]);
  }

  async remove(address: string): Promise<void> {
    const { accounts, book, log } = this.#parts;
    const account = await existingAccount(address, book, accounts);
    await accounts.changeAccounts([{ do: "removeAccount", account: account.id }]);
    const left = (await accounts.aliases()).filter(({ to }) => to.includes(account.address));
    // They stay: another account of that address may follow, and what else they lead to is still right.
    for (const { address: alias } of left) {
      log.warn("this alias leads to an account that was removed", { alias, removed: account.address });
    }
  }

  async list(): Promise<readonly AccountSummary[]> {
    return await Array.fromAsync(allAccounts(this.#parts.accounts), summaryOf);
  }

  async show(address: string): Promise<AccountSummary> {
    return summaryOf(await existingAccount(address, this.#parts.book, this.#parts.accounts));
  }

  async setAlias(address: string, to: readonly string[]): Promise<void> {
    const { accounts, book } = this.#parts;
    const alias = address.startsWith("@") ? checkCatchAll(address, book) : checkLocalAddress(address, book).canonical;
    if (to.length === 0) return await this.#removeAlias(address, alias);
    if (await accounts.accountByAddress(alias) !== undefined) {
      throw new Refusal("conflict", `${show(address)} is an account: an alias needs an address of its own`);
    }
    const targets = [...new Set(to.map((target) => this.#target(target)))];
    if (targets.length >= mostAddresses) {
      throw new Refusal("too-large", `${show(address)}: an alias leads to less than ${mostAddresses} addresses`);
    }
    await this.#checkTargets(alias, targets);
    await accounts.changeAccounts([{ do: "setAlias", address: alias, to: targets }]);
  }

  async aliases(): Promise<readonly { readonly address: string; readonly to: readonly string[] }[]> {
    return await this.#parts.accounts.aliases();
  }

  async #secretsOf(address: Address, password: string): Promise<Secrets> {
    const { secrets, log } = this.#parts;
    const mechanisms = secrets.unserved(password);
    if (mechanisms.length > 0) {
      // RFC 5802 §2.2, RFC 4013 §2.5: emoji, for one. Clients that choose such a mechanism are refused, and do not see why.
      log.warn("the password has characters that these mechanisms cannot have: who uses them cannot log in", {
        address: address.canonical,
        mechanisms,
      });
    }
    return await secrets.of(address, password);
  }

  /** Sets secrets, and gives them another mark. Logins change them too: what those have changed meanwhile stays. */
  async #setSecrets(account: Account, change: (kept: Secrets) => Secrets): Promise<void> {
    const { accounts } = this.#parts;
    let kept: Secrets = account.secrets;
    for (let tries = 1;; tries++) {
      const secrets = { ...change(kept), mark: randomBytes(8).toString("hex") };
      try {
        return await accounts.changeAccounts([{ do: "setSecrets", account: account.id, secrets, instead: kept }]);
      } catch (error) {
        if (!(error instanceof Refusal) || error.kind !== "conflict" || tries === mostTries) throw error;
      }
      kept = (await accounts.account(account.id))?.secrets ?? kept;
    }
  }

  async #removeAlias(address: string, alias: string): Promise<void> {
    const { accounts } = this.#parts;
    if (await accounts.alias(alias) === undefined) {
      const known = (await accounts.aliases()).map((alias) => alias.address);
      const advice = known.length === 0 ? "" : ` (there are ${known.slice(0, mostProblems).join(", ")})`;
      throw new Refusal("not-found", `there is no alias ${show(address)}${advice}`);
    }
    await accounts.changeAccounts([{ do: "removeAlias", address: alias }]);
  }

  /** A local address as it is compared; another server's local part is not ours to fold (RFC 5321 §2.4). */
  #target(text: string): string {
    const { book } = this.#parts;
    const address = checkAddress(text, book);
    return book.isLocal(address.domain) ? address.canonical : text;
  }

  /** An alias leads to somebody, and never back to itself. */
  async #checkTargets(alias: string, targets: readonly string[]): Promise<void> {
    const { accounts, book } = this.#parts;
    const lookup = new Lookup({
      accountByAddress: (address) => accounts.accountByAddress(address),
      account: (id) => accounts.account(id),
      accounts: (after, most) => accounts.accounts(after, most),
      alias: (address) => address === alias ? Promise.resolve(targets) : accounts.alias(address),
    }, book);
    for await (const { address, match } of lookup.follow(targets)) {
      if (match.kind === "unknown") throw await unknown(address, address, accounts);
      if (match.kind === "alias" && match.alias === alias) {
        throw new Refusal("invalid", `${show(alias)} would lead back to itself by way of ${show(address)}`);
      }
    }
  }

  async #check(text: string, password: string): Promise<NewAccount> {
    const { accounts, book } = this.#parts;
    const address = checkLocalAddress(text, book);
    if (await accounts.accountByAddress(address.canonical) !== undefined) {
      throw new Refusal("conflict", `${show(text)} has an account already`);
    }
    if (await accounts.alias(address.canonical) !== undefined) {
      throw new Refusal("conflict", `${show(text)} is an alias: remove that first`);
    }
    checkPassword(password);
    return { address, password };
  }

  /** All of a list, or a refusal that names what is wrong by its place in the list, counted from 1. */
  async #checkAll(list: readonly { readonly address: string; readonly password: string }[]): Promise<NewAccount[]> {
    const checked = new Map<string, NewAccount>();
    const entries: RefusedEntry[] = [];
    for (const [index, { address, password }] of list.entries()) {
      try {
        const account = await this.#check(address, password);
        const { canonical } = account.address;
        if (checked.has(canonical)) throw new Refusal("conflict", `${show(address)} is in the list already`);
        checked.set(canonical, account);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        const name = error.message.includes(address) ? "" : `${show(address)}: `;
        entries.push({ index, reason: `${name}${error.message}` });
      }
    }
    if (entries.length === 0) return [...checked.values()];
    const problems = entries.slice(0, mostProblems).map(({ index, reason }) => `account ${index + 1}: ${reason}`);
    const more = entries.length > mostProblems ? [`and ${entries.length - mostProblems} more`] : [];
    throw new Refusal("invalid", [...problems, ...more, "none was added"].join("; "), { entries });
  }

  async #create(batch: readonly NewAccount[]): Promise<void> {
    const { accounts, atOnce } = this.#parts;
    const operations = await mapAtOnce(batch, atOnce, async ({ address, password }): Promise<AccountOperation> => ({
      do: "createAccount",
      address: address.canonical,
      secrets: await this.#secretsOf(address, password),
    }));
    try {
      await accounts.changeAccounts(operations);
    } catch (error) {
      if (!(error instanceof Refusal) || error.kind !== "conflict") throw error;
      const who = batch.length === 1 ? show(batch[0]?.address.canonical ?? "") : "one of these addresses";
      throw new Refusal("conflict", `${who} was taken meanwhile`, { cause: error });
    }
  }
}

/** As `Promise.all` over a map, with so many in work at once. */
async function mapAtOnce<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  map: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const left = items.entries();
  const worker = async () => {
    for (const [index, item] of left) results[index] = await map(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}

function summaryOf({ id, address, createdAt, secrets, quota }: Account): AccountSummary {
  return { account: id, address, createdAt, secrets: namesOfSecrets(secrets), ...quota && { quota } };
}
