/** Where a recipient leads: aliases followed to accounts (RFC 5321 §3.9.1). */
import type { SmtpReply } from "../contract/delivery.ts";
import type { Directory, Recipient } from "../contract/directory.ts";
import type { AccountId } from "../contract/identifiers.ts";
import { leadsInCircles, leadsOut, leadsToTooMany, noSuchMailbox, noWayOut, relayingDenied } from "./replies.ts";

/** Where an address leads, or why it leads nowhere. */
export type Route =
  | { readonly accounts: readonly AccountId[]; readonly isSeparate?: true; readonly warning?: Warning }
  | { readonly refusal: SmtpReply; readonly warning?: Warning };

/** What is wrong with an alias, for the operator. */
export interface Warning {
  /** What. */
  readonly message: string;
  /** Where it went wrong. */
  readonly at: readonly string[];
}

/** Addresses that are met on the way from one recipient: a tangle of aliases must not occupy the server. */
const mostAddresses = 1000;
/** Addresses that a warning names. */
const mostNamed = 5;

/**
 * Follows an address to accounts, each once. A loop among aliases does no harm where they lead to somebody as well.
 *
 * @param mayRelay Whether the client has authenticated: nobody else sends to other servers through us.
 * @throws what the directory throws.
 */
export async function route(
  address: string,
  directory: Pick<Directory, "resolve">,
  mayRelay: boolean,
): Promise<Route> {
  const first = await directory.resolve(address);
  switch (first.kind) {
    case "account":
      return { accounts: [first.account], ...first.isSeparate && { isSeparate: true } };
    case "unknown":
      return { refusal: noSuchMailbox };
    case "remote":
      return { refusal: mayRelay ? noWayOut : relayingDenied };
    case "redirect":
      return { ...await followAlias(address, first.to, directory), ...first.isSeparate && { isSeparate: true } };
  }
}

async function followAlias(
  address: string,
  to: readonly string[],
  directory: Pick<Directory, "resolve">,
): Promise<Route> {
  const accounts = new Set<AccountId>();
  const deadEnds = { remote: [] as string[], unknown: [] as string[] };
  const met = new Set([address, ...to]);
  const ahead = to.filter((target) => target !== address);
  for (const target of ahead) {
    if (met.size > mostAddresses) {
      return { refusal: leadsToTooMany, warning: { message: "an alias leads to too many addresses", at: [address] } };
    }
    const recipient: Recipient = await directory.resolve(target);
    if (recipient.kind === "account") accounts.add(recipient.account);
    else if (recipient.kind !== "redirect") deadEnds[recipient.kind].push(target);
    else {
      for (const next of recipient.to) {
        if (met.has(next)) continue;
        met.add(next);
        // An array shows its walker what is added on the way.
        ahead.push(next);
      }
    }
  }
  return judge(accounts, deadEnds);
}

function judge(
  accounts: ReadonlySet<AccountId>,
  { remote, unknown }: { readonly remote: readonly string[]; readonly unknown: readonly string[] },
): Route {
  // Never half-delivered: part of it would be lost.
  if (remote.length > 0) {
    return { refusal: leadsOut, warning: warn("an alias leads to another server: its mail is refused", remote) };
  }
  const warning = unknown.length === 0 ? undefined : warn("an alias leads to addresses that are nobody's", unknown);
  // Who is gone misses nothing that somebody waits for.
  if (accounts.size > 0) return { accounts: [...accounts], ...warning && { warning } };
  if (warning !== undefined) return { refusal: noSuchMailbox, warning };
  return { refusal: leadsInCircles, warning: warn("aliases lead to each other and to no account", []) };
}

function warn(message: string, at: readonly string[]): Warning {
  return { message, at: at.slice(0, mostNamed) };
}
