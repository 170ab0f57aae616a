/** Special uses of mailboxes (RFC 6154) as storages keep them. */
import { Refusal } from "../../core/contract/refusal.ts";

/** RFC 6154 §2, RFC 8457 §3. */
const uses: ReadonlyMap<string, string> = new Map(
  ["\\All", "\\Archive", "\\Drafts", "\\Flagged", "\\Important", "\\Junk", "\\Sent", "\\Trash"]
    .map((use) => [use.toLowerCase(), use]),
);

/** A use as the RFC spells it. @throws Refusal `invalid` for what is none. */
export function knownSpecialUse(use: string): string {
  const known = uses.get(use.toLowerCase());
  if (known === undefined) throw new Refusal("invalid", "that is not a special use of a mailbox");
  return known;
}
