/** Where a recipient leads: aliases followed to accounts and to other servers (RFC 5321 §3.9.1). */
import type { Quota } from "../contract/accounts.ts";
import type { SmtpReply } from "../contract/delivery.ts";
import type { Directory, Recipient } from "../contract/directory.ts";
import type { AccountId } from "../contract/identifiers.ts";
import { leadsInCircles, leadsOut, leadsToTooMany, noSuchMailbox, noWayOut, relayingDenied } from "./replies.ts";
import type { MayUse, WaysOut } from "./ways_out.ts";

/** Where an address leads, or why it leads nowhere. */
export type Route =
  | {
    readonly accounts: readonly AccountId[];
    /** Of the one account, where the directory told it. */
    readonly quota?: Quota;
    readonly isSeparate?: true;
    readonly remote: readonly string[];
    readonly warning?: Warning;
  }
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

/** What is asked where addresses lead. */
export interface RouteParts {
  /** Whose they are here. */
  readonly directory: Pick<Directory, "resolve">;
  /** How mail leaves. */
  readonly ways: Pick<WaysOut, "whoMayUse">;
}

/**
 * Follows an address to accounts, and to addresses of other servers, each once. A loop among aliases does no harm where
 * they lead to somebody as well.
 *
 * @param mayRelay Whether the client has authenticated: mail of others goes only to the domains that a transport names.
 * @throws what the directory throws.
 */
export async function route(address: string, { directory, ways }: RouteParts, mayRelay: boolean): Promise<Route> {
  const first = await directory.resolve(address);
  switch (first.kind) {
    case "account": {
      const { account, quota, isSeparate } = first;
      return { accounts: [account], remote: [], ...quota && { quota }, ...isSeparate && { isSeparate } };
    }
    case "unknown":
      return { refusal: noSuchMailbox };
    case "remote":
      return relay(address, ways.whoMayUse(address), mayRelay);
    case "redirect":
      return {
        ...await followAlias(address, first.to, { directory, ways }),
        ...first.isSeparate && { isSeparate: true },
      };
  }
}

/** Design section 8: no one relays through us who has not authenticated. */
function relay(address: string, whoMay: MayUse, mayRelay: boolean): Route {
  if (whoMay === "everyone" || whoMay === "authenticated" && mayRelay) return { accounts: [], remote: [address] };
  return { refusal: mayRelay ? noWayOut : relayingDenied };
}

async function followAlias(
  address: string,
  to: readonly string[],
  { directory, ways }: RouteParts,
): Promise<Route> {
  const accounts = new Set<AccountId>();
  const found = { remote: [] as string[], unknown: [] as string[] };
  const met = new Set([address, ...to]);
  const ahead = to.filter((target) => target !== address);
  for (const target of ahead) {
    if (met.size > mostAddresses) {
      return { refusal: leadsToTooMany, warning: { message: "an alias leads to too many addresses", at: [address] } };
    }
    const recipient: Recipient = await directory.resolve(target);
    if (recipient.kind === "account") accounts.add(recipient.account);
    else if (recipient.kind !== "redirect") found[recipient.kind].push(target);
    else {
      for (const next of recipient.to) {
        if (met.has(next)) continue;
        met.add(next);
        // An array shows its walker what is added on the way.
        ahead.push(next);
      }
    }
  }
  return judge(accounts, found, ways);
}

function judge(
  accounts: ReadonlySet<AccountId>,
  { remote, unknown }: { readonly remote: readonly string[]; readonly unknown: readonly string[] },
  ways: RouteParts["ways"],
): Route {
  // The operator made the alias, and with it said that its mail may leave, whoever sends it.
  const stuck = remote.filter((address) => ways.whoMayUse(address) === "nobody");
  // Never half-delivered: part of it would be lost.
  if (stuck.length > 0) {
    return {
      refusal: leadsOut,
      warning: warn("an alias leads to another server, to which no transport carries mail: its mail is refused", stuck),
    };
  }
  const warning = unknown.length === 0 ? undefined : warn("an alias leads to addresses that are nobody's", unknown);
  // Who is gone misses nothing that somebody waits for.
  if (accounts.size + remote.length > 0) return { accounts: [...accounts], remote, ...warning && { warning } };
  if (warning !== undefined) return { refusal: noSuchMailbox, warning };
  return { refusal: leadsInCircles, warning: warn("aliases lead to each other and to no account", []) };
}

function warn(message: string, at: readonly string[]): Warning {
  return { message, at: at.slice(0, mostNamed) };
}
