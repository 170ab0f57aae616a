/** Which special uses a client may give to mailboxes (RFC 6154). */
import type { AccountId, Mailbox, Operation, Storage } from "../../../core/contract/mod.ts";
import { decodeUtf8 } from "../../../core/wire/utf8.ts";
import { CommandRefused } from "./failures.ts";
import { specialUses } from "./grammar/create_parameters.ts";
import type { User } from "./state.ts";

/**
 * Those that are advice about what to put there, to clients and to filters. The others show messages of all mailboxes, and
 * nothing here does so.
 */
const settable: ReadonlySet<string> = new Set([
  "\\Archive",
  "\\Drafts",
  "\\Important",
  "\\Junk",
  "\\Sent",
  "\\Trash",
]);

/** The one use among these; undefined where there is none. @throws CommandRefused, with USEATTR, for what cannot be. */
export function settableUse(user: User, owner: AccountId, uses: readonly string[]): string | undefined {
  const [use, ...others] = new Set(uses);
  if (use === undefined) return undefined;
  // RFC 6154 §2: a use is its user's; the owner's are not another's to set.
  if (owner !== user.account) throw new CommandRefused("Only one's own mailboxes have special uses", "USEATTR");
  if (others.length > 0) throw new CommandRefused("A mailbox has at most one special use", "USEATTR");
  if (!settable.has(use)) throw new CommandRefused("That special use is not supported", "USEATTR");
  return use;
}

/** What it takes to change the use of a mailbox. */
export interface SpecialUseChange {
  /** In one batch. */
  readonly operations: readonly Operation[];
  /** The user's mailboxes that lose the use. */
  readonly losers: readonly Mailbox[];
}

/**
 * RFC 6154 §4: gives a mailbox the use that the text of its metadata names, and takes it from the one that has it.
 *
 * @throws CommandRefused, with USEATTR, where CREATE would be refused as well.
 */
export async function specialUseChange(
  storage: Storage,
  user: User,
  mailbox: Mailbox,
  value: Uint8Array | undefined,
): Promise<SpecialUseChange> {
  const words = (decodeUtf8(value ?? new Uint8Array()) ?? "?").split(" ").filter((word) => word !== "");
  const use = settableUse(user, mailbox.account, words.map(spelled));
  if (use === undefined && mailbox.account !== user.account) return { operations: [], losers: [] };
  const others = use === undefined ? [] : await storage.mailboxes(user.account);
  const losers = others.filter(({ id, specialUse }) => specialUse === use && id !== mailbox.id);
  const taken = losers.map(({ id }) => ({ do: "setSpecialUse", mailbox: id, specialUse: undefined }) as const);
  return { operations: [...taken, { do: "setSpecialUse", mailbox: mailbox.id, specialUse: use }], losers };
}

/** As the RFCs spell it, where it is a use at all. */
function spelled(word: string): string {
  return specialUses.find((use) => use.toUpperCase() === word.toUpperCase()) ?? word;
}
