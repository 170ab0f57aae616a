/**
 * Mailboxes by the names that a user has for them, and what the user may do there (RFC 4314). One's own are at the root,
 * those of others below `Other Users/` and their owner's address (RFC 2342 §5).
 */
import type { AccountId, Mailbox, Storage } from "../../../core/contract/mod.ts";
import { CommandRefused } from "./failures.ts";
import type { User } from "./state.ts";

/** RFC 4314 §2.1: all there are, in the order of the alphabet. */
export const allRights = "aeiklprstwx";
/** What stands before the names of others' mailboxes. */
export const othersPrefix = "Other Users/";

/** A mailbox as one user sees it. */
export interface Access {
  /** As it is. */
  readonly mailbox: Mailbox;
  /** In the user's names. */
  readonly name: string;
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

/** The mailbox of a name; undefined where there is none, or none that the user may know of. */
export async function findMailbox(storage: Storage, user: User, name: string): Promise<Access | undefined> {
  const place = await placeOf(storage, user, name);
  const mailbox = place && await storage.mailboxByName(place.owner, place.name);
  if (mailbox === undefined) return undefined;
  const rights = rightsOf(mailbox, user.account);
  // RFC 4314 §4: who may neither look a mailbox up nor read it must not learn that it is there.
  return /[lr]/.test(rights) || mailbox.account === user.account ? { mailbox, name, rights } : undefined;
}

/** A mailbox in which the user has all of these rights. @throws CommandRefused, with a code of RFC 5530. */
export async function openMailbox(storage: Storage, user: User, name: string, needed: string): Promise<Access> {
  const access = await findMailbox(storage, user, name);
  if (access === undefined) throw new CommandRefused("There is no such mailbox", "NONEXISTENT");
  requireRights(access, needed);
  return access;
}

/** A mailbox that messages are to go to. @throws CommandRefused, with TRYCREATE where it could be made. */
export async function openTarget(storage: Storage, user: User, name: string): Promise<Access> {
  const access = await findMailbox(storage, user, name);
  // RFC 9051 §6.3.12, §6.4.7: a hint that CREATE would help.
  if (access === undefined) throw new CommandRefused("There is no such mailbox", "TRYCREATE");
  requireRights(access, "i");
  return access;
}

/** @throws CommandRefused unless all of these rights are among them. */
export function requireRights(access: Pick<Access, "rights">, needed: string): void {
  if (!hasRights(access, needed)) throw new CommandRefused("You may not do that here", "NOPERM");
}

/** Where a name leads: whose names it is among, and which of them it is. */
export interface Place {
  readonly owner: AccountId;
  /** In the owner's names. */
  readonly name: string;
}

/** Where a name leads, whether there is such a mailbox or not; undefined where its owner is nobody. */
export async function placeOf(storage: Storage, user: User, name: string): Promise<Place | undefined> {
  const others = ownerAndName(name);
  if (others === undefined) return { owner: user.account, name };
  const owner = await storage.accountByAddress(others.address);
  return owner && { owner: owner.id, name: others.name };
}

/** The user's name for a mailbox. */
export function nameFor(user: User, owner: { readonly id: AccountId; readonly address: string }, name: string): string {
  return owner.id === user.account ? name : `${othersPrefix}${owner.address}/${name}`;
}

/** RFC 2342 §5: `Other Users/bob@example.org/Projects`. */
function ownerAndName(name: string): { readonly address: string; readonly name: string } | undefined {
  if (!name.startsWith(othersPrefix)) return undefined;
  const rest = name.slice(othersPrefix.length);
  const slash = rest.indexOf("/");
  return slash < 0 ? { address: rest, name: "" } : { address: rest.slice(0, slash), name: rest.slice(slash + 1) };
}
