/**
 * Asks extensions where the copies of a message go, and makes deliveries of their answers. Nothing that an extension says or
 * fails to say loses a message: without a placement that can be, a copy goes to INBOX.
 */
import type { CopyToPlace, Extension, Placement } from "../contract/extension.ts";
import type { AccountId } from "../contract/identifiers.ts";
import type { Logger } from "../contract/logger.ts";
import type { QueuedRecipient } from "../contract/queue.ts";
import { inTime } from "../wire/in_time.ts";
import type { Copy } from "./copies.ts";
import type { Route } from "./route.ts";

/** An extension as it was configured. */
export interface NamedExtension {
  /** As the configuration names it. */
  readonly name: string;
  /** The extension. */
  readonly extension: Extension;
}

/** What is done for one account. */
export interface PlacedCopy {
  /** Whose. */
  readonly account: AccountId;
  /** The forward-path that leads to it, as given. */
  readonly recipient: string;
  /** Where it goes: INBOX where there is no such mailbox. */
  readonly mailboxName: string;
  /** Flags that it begins with. */
  readonly flags: readonly string[];
  /** Whether the mailbox is made where there is none. */
  readonly create: boolean;
}

/** All that becomes of a message. */
export interface Destinations {
  /** Local copies. */
  readonly copies: readonly PlacedCopy[];
  /** Those on other servers. */
  readonly outgoing: readonly QueuedRecipient[];
}

/** What placing needs. */
export interface PlacingParts {
  /** In the order of the configuration. */
  readonly extensions: readonly NamedExtension[];
  /** Milliseconds for all copies of a message: what is not placed by then goes to INBOX. */
  readonly timeout: number;
  /** Follows an address, with the rights of one that may send anywhere. */
  readonly route: (address: string) => Promise<Route>;
  /** For the operator. */
  readonly log: Logger;
}

/** Addresses that one copy may be redirected to. */
const mostTargets = 100;

/** A copy that nobody has placed. */
export function plainCopy({ account, recipient, isJunk }: Omit<Copy, "recipients">): PlacedCopy {
  return { account, recipient, mailboxName: isJunk ? "Junk" : "INBOX", flags: [], create: false };
}

/** Where the copies of one message go, those in Junk included, which stay there. Never throws. */
export async function placeCopies(
  copies: readonly CopyToPlace[],
  junk: readonly PlacedCopy[],
  parts: PlacingParts,
): Promise<Destinations> {
  const placed = [...junk];
  const redirected = new Map<AccountId, string>();
  const outgoing: QueuedRecipient[] = [];
  const begun = performance.now();
  for (const copy of copies) {
    const left = parts.timeout - (performance.now() - begun);
    const placement = await answerFor(copy, left, parts);
    const { own, others } = await follow(copy, placement, parts);
    if (own !== undefined) placed.push(own);
    const [original] = copy.recipients;
    for (const account of others.accounts) redirected.set(account, original ?? "");
    for (const address of others.remote) outgoing.push({ address, ...original !== undefined && { original } });
  }
  // Who gets a copy of their own needs no other one.
  for (const { account } of placed) redirected.delete(account);
  for (const [account, recipient] of redirected) placed.push(plainCopy({ account, recipient, isJunk: false }));
  return { copies: placed, outgoing };
}

interface Followed {
  readonly own?: PlacedCopy;
  readonly others: Targets;
}

/** Where a redirected copy goes. */
interface Targets {
  readonly accounts: readonly AccountId[];
  readonly remote: readonly string[];
}

const nowhere: Targets = { accounts: [], remote: [] };

/** The first answer. */
async function answerFor(
  copy: CopyToPlace,
  milliseconds: number,
  { extensions, log }: PlacingParts,
): Promise<Placement | undefined> {
  const end = performance.now() + milliseconds;
  for (const { name, extension } of extensions) {
    if (extension.place === undefined) continue;
    try {
      const answer = Promise.try(() => extension.place?.(copy));
      const placement = await inTime(answer, Math.max(0, end - performance.now()), "the extension has not answered");
      if (placement !== undefined && placement !== null) return checked(placement);
    } catch (error) {
      log.error("extension failed to place a message: it goes to INBOX", { ...about(copy), extension: name, error });
      return undefined;
    }
  }
  return undefined;
}

async function follow(copy: CopyToPlace, placement: Placement | undefined, parts: PlacingParts): Promise<Followed> {
  const { account, recipients: [recipient = ""] } = copy;
  switch (placement?.action) {
    case undefined:
      return { own: plainCopy({ account, recipient, isJunk: false }), others: nowhere };
    case "quarantine":
      return { own: plainCopy({ account, recipient, isJunk: true }), others: nowhere };
    case "file": {
      const { mailbox: mailboxName = "INBOX", flags = [], create = false } = placement;
      return { own: { account, recipient, mailboxName, flags, create }, others: nowhere };
    }
    case "redirect": {
      const others = await targetsOf(copy, placement.to, parts);
      const isKept = placement.keep === true || others === undefined;
      return { ...isKept && { own: plainCopy({ account, recipient, isJunk: false }) }, others: others ?? nowhere };
    }
  }
}

/** What all these addresses lead to; undefined where one of them leads nowhere. */
async function targetsOf(
  copy: CopyToPlace,
  addresses: readonly string[],
  { route, log }: PlacingParts,
): Promise<Targets | undefined> {
  const accounts: AccountId[] = [], remote: string[] = [];
  for (const address of addresses) {
    try {
      const found = await route(address);
      if ("accounts" in found) {
        accounts.push(...found.accounts);
        remote.push(...found.remote);
      } else {
        const facts = { ...about(copy), address, reason: found.refusal.text };
        log.warn("a message cannot be redirected: it goes to INBOX", facts);
        return undefined;
      }
    } catch (error) {
      log.error("a message cannot be redirected: it goes to INBOX", { ...about(copy), address, error });
      return undefined;
    }
  }
  return { accounts, remote };
}

function about({ message: { id }, account }: CopyToPlace): object {
  return { message: id, account };
}

/** Extensions are written by others, and not always in TypeScript. @throws TypeError for what is no placement. */
function checked(placement: Placement): Placement {
  switch (placement.action) {
    case "quarantine":
      return { action: "quarantine" };
    case "file": {
      const { mailbox = "INBOX", flags = [], create = false } = placement;
      const wrong = flags.find((flag) => !isFlag(flag));
      if (wrong !== undefined) throw new TypeError(`the placement has a flag that cannot be: ${String(wrong)}`);
      return { action: "file", mailbox: String(mailbox), flags: [...new Set(flags)], create: create === true };
    }
    case "redirect": {
      const to = placement.to.map(String);
      // A message that is redirected to nobody would be lost.
      if (to.length === 0 || to.length > mostTargets) throw new TypeError(`expected 1 to ${mostTargets} addresses`);
      return { action: "redirect", to, keep: placement.keep === true };
    }
    default:
      throw new TypeError("the extension's placement has no known action");
  }
}

/** RFC 9051 §2.3.2: a system flag that can be set, or a keyword, which is an atom. */
function isFlag(flag: unknown): boolean {
  return typeof flag === "string" && flag.length <= 100 &&
    (/^\\(?:seen|answered|flagged|deleted|draft)$/i.test(flag) || /^[!#$&'+,\-./0-9:;<=>?@A-Z[^_`a-z|}~]+$/.test(flag));
}
