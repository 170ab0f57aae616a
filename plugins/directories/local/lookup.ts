/**
 * Who is meant by a login, and where mail for an address goes. For mail, the first that there is:
 *
 * 1. the account of exactly that address, then the alias;
 * 2. for a sub-address (RFC 5233), the account of its user, then the alias;
 * 3. the catch-all of the domain;
 * 4. for postmaster (RFC 5321 §4.5.1: mail for it must always be taken), the postmaster of the first domain, and where
 *    there is none the account that was made first: most likely the operator's own.
 *
 * A domain that is not local may be a host's: all mail for NAME.example.org is that of the account NAME@example.org.
 *
 * A login is the address of an account, nothing else: with aliases and sub-addresses each account would have any number
 * of logins, and who guesses passwords could use another one for each guess.
 */
import type { Account, AccountForMail, Accounts, Quota } from "../../../core/contract/accounts.ts";
import type { Recipient } from "../../../core/contract/directory.ts";
import type { AccountId } from "../../../core/contract/identifiers.ts";
import { type Address, type AddressBook, isPostmaster } from "./address_book.ts";

/** Reads that a lookup needs. */
export type AccountReads = Pick<Accounts, "accountByAddress" | "accountForMail" | "account" | "accounts" | "alias">;

/** What there is for an address. */
export type Match =
  | { readonly kind: "account"; readonly account: AccountId; readonly detail?: string; readonly quota?: Quota }
  /** The alias itself may be the catch-all or the user's of a sub-address. */
  | { readonly kind: "alias"; readonly alias: string; readonly to: readonly string[] }
  | { readonly kind: "remote" }
  | { readonly kind: "unknown" };

/** Addresses that one question looks at, the first included: a tangle of aliases must not occupy the server. */
export const mostAddresses = 1000;
/** The address of no account. */
const nobody = "";
/** Accounts that are read at a time. */
const page = 1000;

/** Looks accounts and aliases up. */
export class Lookup {
  readonly #accounts: AccountReads;
  readonly #book: AddressBook;
  #firstMade: AccountId | undefined;
  /** Of somebody who was asked for before. */
  #known = nobody;

  /** Over these accounts. */
  constructor(accounts: AccountReads, book: AddressBook) {
    this.#accounts = accounts;
    this.#book = book;
  }

  /** The account of a login. A realm that is a local domain is that of a login without one (RFC 2831 §2.1.2). */
  async login(text: string, realm?: string): Promise<Account | undefined> {
    const address = this.#book.read(text, realm === undefined ? undefined : this.#book.localDomain(realm));
    return address === undefined
      ? undefined
      : await this.#inEvenTime(this.#accounts.accountByAddress(address.canonical));
  }

  /** The account of an id. */
  async byId(id: AccountId): Promise<Account | undefined> {
    return await this.#inEvenTime(this.#accounts.account(id));
  }

  /** Where mail for an address goes. */
  async resolve(text: string): Promise<Recipient> {
    const address = this.#book.read(text);
    if (address === undefined) return { kind: "unknown" };
    const match = await this.#ofAny(address);
    if (match.kind !== "account" && match.kind !== "alias") return match;
    const isSeparate = this.#book.isMultidrop(address.domain);
    const recipient = match.kind === "alias" ? { kind: "redirect", to: match.to } as const : match;
    return isSeparate ? { ...recipient, isSeparate } : recipient;
  }

  /** What there is for an address. */
  async match(text: string): Promise<Match> {
    const address = this.#book.read(text);
    return address === undefined ? { kind: "unknown" } : await this.#ofAny(address);
  }

  async #ofAny(address: Address): Promise<Match> {
    if (!this.#book.isLocal(address.domain)) return await this.#ofHost(address.domain);
    return await this.#ofAddress(address.canonical) ??
      await this.#ofSubAddress(address) ??
      await this.#ofAlias(`@${address.domain}`) ??
      await this.#ofPostmaster(address) ??
      { kind: "unknown" };
  }

  /** Whether mail for an address comes to the account, perhaps with others. */
  async leadsTo(text: string, account: AccountId): Promise<boolean> {
    for await (const { match } of this.follow([text])) {
      if (match.kind === "account" && match.account === account) return true;
    }
    return false;
  }

  /** Follows aliases: all addresses that are met on the way, each once, and what there is for them. */
  async *follow(addresses: readonly string[]): AsyncGenerator<{ readonly address: string; readonly match: Match }> {
    const met = new Set(addresses);
    // A set shows its walker what is added on the way.
    for (const address of met) {
      const match = await this.match(address);
      yield { address, match };
      if (match.kind !== "alias") continue;
      for (const target of match.to) if (met.size < mostAddresses) met.add(target);
    }
  }

  /**
   * An account that somebody wants to log in to. Finding one takes longer than finding none: so each time one is found, none
   * is looked for too, and the other way around.
   */
  async #inEvenTime(looking: Promise<Account | undefined>): Promise<Account | undefined> {
    const account = await looking;
    await this.#accounts.accountByAddress(account === undefined ? this.#known : nobody);
    this.#known = account?.address ?? this.#known;
    return account;
  }

  async #ofHost(domain: string): Promise<Match> {
    const owner = this.#book.hostOwner(domain);
    const account = owner === undefined ? undefined : await this.#accountForMail(owner);
    return account === undefined ? { kind: "remote" } : matchOf(account);
  }

  async #ofAddress(canonical: string): Promise<Match | undefined> {
    const account = await this.#accountForMail(canonical);
    return account === undefined ? await this.#ofAlias(canonical) : matchOf(account);
  }

  #accountForMail(canonical: string): Promise<AccountForMail | undefined> {
    return this.#accounts.accountForMail?.(canonical) ?? this.#accounts.accountByAddress(canonical);
  }

  async #ofAlias(alias: string): Promise<Match | undefined> {
    const to = await this.#accounts.alias(alias);
    return to && { kind: "alias", alias, to };
  }

  async #ofSubAddress(address: Address): Promise<Match | undefined> {
    const subAddress = this.#book.subAddress(address);
    if (subAddress === undefined) return undefined;
    const match = await this.#ofAddress(subAddress.base);
    return match?.kind === "account" ? { ...match, detail: subAddress.detail } : match;
  }

  async #ofPostmaster({ local }: Address): Promise<Match | undefined> {
    if (!isPostmaster(local)) return undefined;
    const match = await this.#ofAddress(`postmaster@${this.#book.firstDomain}`);
    if (match !== undefined) return match;
    const account = await this.#findFirstMade();
    return account && { kind: "account", account };
  }

  /** The oldest account; remembered, for all must be read to find it. */
  async #findFirstMade(): Promise<AccountId | undefined> {
    if (this.#firstMade !== undefined && await this.#accounts.account(this.#firstMade)) return this.#firstMade;
    let first: Account | undefined;
    for await (const account of allAccounts(this.#accounts)) {
      if (first === undefined || account.createdAt < first.createdAt) first = account;
    }
    return this.#firstMade = first?.id;
  }
}

function matchOf({ id, quota = {} }: AccountForMail): Match {
  return { kind: "account", account: id, quota };
}

/** All accounts, by address. */
export async function* allAccounts(accounts: Pick<Accounts, "accounts">): AsyncGenerator<Account> {
  let after: string | undefined;
  while (true) {
    const some = await accounts.accounts(after, page);
    yield* some;
    after = some.at(-1)?.address;
    if (some.length < page) return;
  }
}
