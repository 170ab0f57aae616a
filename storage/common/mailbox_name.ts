/** Names of mailboxes as storages keep them (RFC 9051 §5.1), and the names above them. */
import { Refusal } from "../../core/contract/refusal.ts";

/** Separates the levels of a name. */
const SEPARATOR = "/";
/** Octets of the longest name: what a client has to send fits in a line, what an index has to hold in a page. */
const LONGEST = 1000;

/** A name as it is kept, or undefined when no mailbox can have it. */
export function knownMailboxName(name: string): string | undefined {
  // Where nearly all mail goes.
  if (name === "INBOX") return name;
  // RFC 9051 §5.1: Net-Unicode is NFC; denormalised names lead to the same mailbox.
  const normal = name.normalize("NFC");
  // RFC 9051 §6.3.4: the name is without the separator at its end.
  const bare = normal.endsWith(SEPARATOR) ? normal.slice(0, -1) : normal;
  if (!bare.isWellFormed() || /\p{Cc}|[\u2028\u2029]/u.test(bare)) return undefined;
  if (new TextEncoder().encode(bare).length > LONGEST) return undefined;
  const [first = "", ...below] = bare.split(SEPARATOR);
  // RFC 9051 §5.1: INBOX in any case; what is below it is below the same INBOX.
  const levels = [first.toUpperCase() === "INBOX" ? "INBOX" : first, ...below];
  return levels.includes("") ? undefined : levels.join(SEPARATOR);
}

/** A name for a mailbox that is to be. @throws Refusal `invalid`. */
export function newMailboxName(name: string): string {
  const known = knownMailboxName(name);
  if (known === undefined) throw new Refusal("invalid", "no mailbox can have that name");
  return known;
}

/** The names above a name, highest first: `a` and `a/b` for `a/b/c`. */
export function superiorNames(name: string): string[] {
  const levels = name.split(SEPARATOR);
  return levels.slice(1).map((_, index) => levels.slice(0, index + 1).join(SEPARATOR));
}

/** What all names below a name begin with. */
export function inferiorPrefix(name: string): string {
  return name + SEPARATOR;
}

/**
 * The name that a mailbox gets when it, or one above it, is renamed. @throws Refusal `invalid` when that is too long,
 * or when a mailbox would go below itself.
 */
export function renamed(name: string, from: string, to: string): string {
  if (to.startsWith(inferiorPrefix(from))) throw new Refusal("invalid", "a mailbox cannot go below itself");
  return newMailboxName(to + name.slice(from.length));
}
