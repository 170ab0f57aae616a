/**
 * Mailboxes by the names that a user has for them, and what the user may do there (RFC 4314), whatever the protocol. One's
 * own are at the root, those of others below `Other Users/` and their owner's address (RFC 2342 §5).
 */
import type { AccountId, Mailbox, MailboxId, Storage } from "../contract/mod.ts";

/** Who asks. */
export interface User {
  /** Whose mailboxes are at the root of the names. */
  readonly account: AccountId;
}

/** RFC 4314 §2.1: all there are, in the order of the alphabet. */
export const allRights = "aeiklprstwx";
/** What stands before the names of others' mailboxes. */
export const othersPrefix = "Other Users/";

/** A mailbox as one user sees it. */
export interface Access {
  /** As it is. */
  readonly mailbox: Mailbox;
  /** As the client wrote it. */
  readonly name: string;
  /** As LIST has it. */
  readonly listedAs: string;
  /** Letters of RFC 4314 §2.1. */
  readonly rights: string;
}

/** What the user may do in a mailbox; the owner everything (RFC 4314 §4 lets a server decide that). */
export function rightsOf({ account, rights }: Pick<Mailbox, "account" | "rights">, user: AccountId): string {
  if (account === user) return allRights;
  const given = new Set([...rights[user] ?? "", ...rights["anyone"] ?? ""]);
  return [...given].sort().join("");
}

/** Whether all of these rights are among them. */
export function hasRights({ rights }: Pick<Access, "rights">, needed: string): boolean {
  return [...needed].every((right) => rights.includes(right));
}

/** The mailbox of a name; undefined where there is none, or none in which the user may do anything. */
export async function findMailbox(storage: Storage, user: User, name: string): Promise<Access | undefined> {
  const place = await placeOf(storage, user, name);
  if (place === undefined) return undefined;
  const mailbox = await storage.mailboxByName(place.owner, place.name);
  if (mailbox === undefined) return undefined;
  const rights = rightsOf(mailbox, user.account);
  return rights === "" ? undefined : { mailbox, name, listedAs: place.prefix + mailbox.name, rights };
}

/** The same by its id. */
export async function accessById(storage: Storage, user: User, id: MailboxId): Promise<Access | undefined> {
  const mailbox = await storage.mailbox(id);
  const owner = mailbox && mailbox.account !== user.account ? await storage.account(mailbox.account) : undefined;
  if (mailbox === undefined || mailbox.account !== user.account && owner === undefined) return undefined;
  const name = `${owner === undefined ? "" : prefixOf(owner.address)}${mailbox.name}`;
  const rights = rightsOf(mailbox, user.account);
  return rights === "" ? undefined : { mailbox, name, listedAs: name, rights };
}

/** Where a name leads: whose names it is among, and which of them it is. */
export interface Place {
  /** Whose. */
  readonly owner: AccountId;
  /** In the owner's names. */
  readonly name: string;
  /** What stands before the owner's names in those of the user. */
  readonly prefix: string;
}

/** Where a name leads, whether there is such a mailbox or not; undefined where its owner is nobody. */
export async function placeOf(storage: Storage, user: User, name: string): Promise<Place | undefined> {
  const { address, rest } = ownerAndName(name);
  if (address === undefined) return { owner: user.account, name: rest, prefix: "" };
  const owner = await storage.accountByAddress(address);
  // One's own mailboxes have no second name.
  if (owner === undefined || owner.id === user.account) return undefined;
  return { owner: owner.id, name: rest, prefix: prefixOf(owner.address) };
}

/** What stands before the names of another's mailboxes. */
export function prefixOf(address: string): string {
  return `${othersPrefix}${address}/`;
}

/** RFC 2342 §5: `Other Users/bob@example.org/Projects`. The part of an address before its `@` may have a `/` in it. */
function ownerAndName(name: string): { readonly address: string | undefined; readonly rest: string } {
  if (!name.startsWith(othersPrefix)) return { address: undefined, rest: name };
  const below = name.slice(othersPrefix.length);
  const [address = ""] = /^(?:[^@]*@)?[^/]*/.exec(below) ?? [];
  return { address, rest: below.slice(address.length + 1) };
}
