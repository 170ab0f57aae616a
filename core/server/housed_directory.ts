/**
 * A directory that names its people as it likes. Mail is kept by accounts of the storage: each of them is given one when it
 * is first met, under the address that its name is. What a directory leaves out is told from where addresses lead.
 *
 * One that has asked for the storage's accounts has found or made them itself, and names them by their ids.
 */
import type { Accounts } from "../contract/accounts.ts";
import type { SecretByScheme, SecretScheme } from "../contract/authentication.ts";
import type { Directory, Recipient } from "../contract/directory.ts";
import type { AccountId } from "../contract/identifiers.ts";
import { Refusal } from "../contract/refusal.ts";

/** What people are housed with. */
export interface HouseParts {
  /** The storage's. */
  readonly accounts: Accounts;
  /** The first is that of names without one. */
  readonly domains: readonly [string, ...string[]];
  /** Whether the directory has asked for the storage's accounts. */
  readonly knowsAccounts: () => boolean;
}

/** What a plugin in JavaScript may leave out. */
type GivenDirectory = Omit<Directory, "findAccount" | "maySendAs"> & Partial<Directory>;

/** The directory with accounts of the storage, and whole. */
export function housedDirectory(given: GivenDirectory, parts: HouseParts): Directory {
  const homes = new Homes(given, parts);
  if (parts.knowsAccounts() && isWhole(given)) return given;
  const { domains: [domain] } = parts;
  const resolve = async (address: string): Promise<Recipient> => {
    const recipient = await given.resolve(address);
    return recipient.kind === "account" ? { ...recipient, account: await homes.of(recipient.account) } : recipient;
  };
  const ownerOf = async (address: string): Promise<AccountId | undefined> => {
    const recipient = await resolve(address);
    return recipient.kind === "account" && recipient.detail === undefined ? recipient.account : undefined;
  };
  return {
    canCheckPassword: given.canCheckPassword,
    secretSchemes: given.secretSchemes,
    checkPassword: async (...asked) => await homes.ofAny(await given.checkPassword(...asked)),
    async secret<S extends SecretScheme>(login: string, scheme: S, realm?: string) {
      const secret: SecretByScheme[S] | undefined = await given.secret(login, scheme, realm);
      const account = await homes.ofAny(secret?.account);
      return secret && account && { ...secret, account };
    },
    findAccount: async (login) =>
      given.findAccount === undefined
        ? await ownerOf(login.includes("@") ? login : `${login}@${domain}`)
        : await homes.ofAny(await given.findAccount(login)),
    mayActAs: async (account, login) => {
      const name = await homes.nameOf(account);
      return name && await homes.ofAny(await given.mayActAs(name, login));
    },
    maySendAs: async (account, address) => {
      if (given.maySendAs === undefined) return await ownerOf(address) === account;
      const name = await homes.nameOf(account);
      return name !== undefined && await given.maySendAs(name, address);
    },
    resolve,
    ...given.advanceOtp && {
      advanceOtp: async (from, to) => {
        const name = await homes.nameOf(from.account);
        return name !== undefined && (await given.advanceOtp?.({ ...from, account: name }, to) ?? false);
      },
    },
    ...given.secretsMark && {
      secretsMark: async (account) => {
        const name = await homes.nameOf(account);
        return name && await given.secretsMark?.(name);
      },
    },
    ...given.admin && { admin: given.admin },
  };
}

function isWhole(given: GivenDirectory): given is Directory {
  return given.findAccount !== undefined && given.maySendAs !== undefined;
}

/** Accounts of people, and people of accounts. */
class Homes {
  readonly #directory: Pick<Directory, "resolve">;
  readonly #parts: HouseParts;
  readonly #names = new Map<AccountId, AccountId>();

  constructor(directory: Pick<Directory, "resolve">, parts: HouseParts) {
    this.#directory = directory;
    this.#parts = parts;
  }

  /** Somebody's, or nobody's: that takes as long. */
  async ofAny(name: AccountId | undefined): Promise<AccountId | undefined> {
    if (name !== undefined) return await this.of(name);
    if (!this.#parts.knowsAccounts()) await this.#parts.accounts.accountByAddress("");
    return undefined;
  }

  /** The account of somebody. @throws Refusal where there cannot be one. */
  async of(name: AccountId): Promise<AccountId> {
    const { accounts, knowsAccounts } = this.#parts;
    if (knowsAccounts()) return name;
    const address = this.#addressOf(name);
    const home = await accounts.accountByAddress(address) ?? await this.#made(address);
    this.#names.set(home.id, name);
    return home.id;
  }

  /** What the directory calls whoever has the account; undefined where that is nobody: an id may be somebody else's name. */
  async nameOf(account: AccountId): Promise<AccountId | undefined> {
    const { accounts, knowsAccounts } = this.#parts;
    if (knowsAccounts()) return account;
    const known = this.#names.get(account);
    if (known !== undefined) return known;
    // Of a session that has begun before this directory was set up.
    const address = (await accounts.account(account))?.address;
    const recipient = address === undefined ? undefined : await this.#directory.resolve(address);
    if (recipient?.kind !== "account" || await this.of(recipient.account) !== account) return undefined;
    return recipient.account;
  }

  async #made(address: string): Promise<{ readonly id: AccountId }> {
    const { accounts } = this.#parts;
    try {
      await accounts.changeAccounts([{ do: "createAccount", address, secrets: {} }]);
    } catch (error) {
      // Somebody else was quicker, or an alias has the address.
      if (!(error instanceof Refusal && error.kind === "conflict")) throw error;
    }
    const home = await accounts.accountByAddress(address);
    if (home === undefined) throw new Refusal("unavailable", `there can be no account ${address}: it is an alias`);
    return home;
  }

  /** No two names have one address, but for the domain that may be left out, and its case. */
  #addressOf(name: AccountId): string {
    const at = name.lastIndexOf("@");
    const [local, domain] = at > 0 ? [name.slice(0, at), name.slice(at + 1).toLowerCase()] : [
      name,
      this.#parts.domains[0],
    ];
    const isQuoted = /^".*"$/s.test(local);
    // RFC 5321 §4.1.2: what is no dot-string is quoted.
    const needsQuotes = !isQuoted && !/^[^\s"(),:;<>@[\\\]]+$/u.test(local);
    return `${needsQuotes ? `"${local.replace(/["\\]/g, "\\$&")}"` : local}@${domain}`;
  }
}
