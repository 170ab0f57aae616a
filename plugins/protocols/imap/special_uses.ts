/** Which special uses a client may give to mailboxes (RFC 6154). */
import type { AccountId } from "../../../core/contract/mod.ts";
import { CommandRefused } from "./failures.ts";
import type { User } from "./state.ts";

/** Those that are advice about what to put there. The others show messages of all mailboxes, and nothing here does so. */
const settable: ReadonlySet<string> = new Set(["\\Archive", "\\Drafts", "\\Junk", "\\Sent", "\\Trash"]);

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
