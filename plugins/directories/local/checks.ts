/** What a new account or alias must be, in words that an operator can act on. */
import type { Account } from "../../../core/contract/accounts.ts";
import { Refusal } from "../../../core/contract/refusal.ts";
import { nearestName } from "../../../core/options/nearest_name.ts";
import { prepareQuery } from "../../../core/sasl/saslprep.ts";
import type { Address, AddressBook } from "./address_book.ts";
import { type AccountReads, allAccounts } from "./lookup.ts";

/** RFC 5321 §4.5.3.1.1. */
const longestLocalPart = 64;
/** RFC 4616 §2 and the line lengths of old protocols leave room for no more. */
const longestPassword = 512;

/** An address as somebody may have it. @throws Refusal `invalid`. */
export function checkAddress(text: string, book: AddressBook): Address {
  const address = book.read(text);
  if (address === undefined || !text.includes("@")) {
    const completed = address && `; did you mean ${address.canonical}?`;
    throw new Refusal("invalid", `${show(text)} is no address: expected LOCAL@DOMAIN${completed ?? ""}`);
  }
  if (address.lacksQuotes) {
    throw new Refusal("invalid", `${show(text)} is no address: this local part needs quotes: ${address.canonical}`);
  }
  return address;
}

/** An address of a local domain, for a new account or alias. @throws Refusal `invalid`. */
export function checkLocalAddress(text: string, book: AddressBook): Address {
  const address = checkAddress(text, book);
  if (!book.isLocal(address.domain)) throw notLocal(address.domain, book);
  if (octetsOf(address.written) > longestLocalPart) {
    throw new Refusal("invalid", `${show(text)}: a local part has at most ${longestLocalPart} octets`);
  }
  return address;
}

/** `@domain`, the catch-all of a local domain, as it is kept. @throws Refusal `invalid`. */
export function checkCatchAll(text: string, book: AddressBook): string {
  const domain = book.localDomain(text.slice(1));
  if (domain === undefined) throw notLocal(text.slice(1), book);
  return `@${domain}`;
}

/** A password that all protocols can carry. @throws Refusal `invalid`, which never repeats it. */
export function checkPassword(password: string): void {
  const problem = problemOfPassword(password);
  if (problem !== undefined) throw new Refusal("invalid", problem);
}

function problemOfPassword(password: string): string | undefined {
  if (password === "") return "the password is empty";
  if (/\p{Cc}/u.test(password)) return "the password holds control characters, such as a tab or a line end";
  if (octetsOf(password) > longestPassword) {
    return `the password is too long: it may have ${longestPassword} octets, and has ${octetsOf(password)}`;
  }
  // RFC 4013 §2: clients prepare passwords, and refuse to send such ones.
  return prepareQuery(password)
    ? undefined
    : "the password holds only characters, or mixes of them, that RFC 4013 forbids";
}

/** The account of an address. @throws Refusal `not-found` with the nearest address that there is. */
export async function existingAccount(text: string, book: AddressBook, accounts: AccountReads): Promise<Account> {
  const address = book.read(text);
  const account = address && await accounts.accountByAddress(address.canonical);
  if (account !== undefined) return account;
  if (address !== undefined && !book.isLocal(address.domain)) throw notLocal(address.domain, book);
  const alias = text.startsWith("@") ? checkCatchAll(text, book) : address?.canonical;
  const to = alias === undefined ? undefined : await accounts.alias(alias);
  if (to !== undefined) throw new Refusal("not-found", `${show(text)} is no account but an alias of ${to.join(", ")}`);
  throw await unknown(text, address?.canonical ?? text, accounts);
}

/** There is no such account. */
export async function unknown(text: string, canonical: string, accounts: AccountReads): Promise<Refusal> {
  const addresses: string[] = [];
  for await (const { address } of allAccounts(accounts)) addresses.push(address);
  const nearest = nearestName(canonical, addresses);
  return new Refusal("not-found", `there is no account ${show(text)}${nearest ? `; did you mean ${nearest}?` : ""}`);
}

function notLocal(domain: string, book: AddressBook): Refusal {
  const nearest = nearestName(domain, book.domains);
  const advice = nearest === undefined ? "" : `; did you mean ${nearest}?`;
  return new Refusal(
    "invalid",
    `${show(domain)} is not a local domain (those are ${book.domains.join(", ")})${advice}`,
  );
}

/** What an operator wrote, safe to be shown on one line. */
export function show(text: string): string {
  const line = text.slice(0, 200).replace(/\p{Cc}/gu, "?");
  return text.includes("@") && line === text ? line : JSON.stringify(line);
}

function octetsOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
