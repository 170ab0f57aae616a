/** The messages that a command names, by sequence numbers, by UIDs, or as the last search found them (RFC 5182). */
import type { UidSet } from "../../../core/contract/mod.ts";
import { CommandRefused } from "./failures.ts";
import { resolvedRanges, type SequenceSet } from "./grammar/sequence_set.ts";
import { bad } from "./replies.ts";
import type { SelectedMailbox } from "./selected_mailbox.ts";

/**
 * Their UIDs. UIDs that are not there are passed over (RFC 9051 §6.4.9).
 *
 * @throws CommandRefused, with BAD, for a sequence number that the client cannot know (RFC 9051 §9, seq-number).
 */
export function uidsOf(mailbox: SelectedMailbox, set: SequenceSet, by: "number" | "uid"): UidSet {
  if (set === "$") return mailbox.saved;
  if (by === "uid") return resolvedRanges(set, Math.max(1, mailbox.lastUid));
  const ranges = resolvedRanges(set, Math.max(1, mailbox.count));
  const uids = mailbox.uidsOfNumbers(ranges);
  if (uids === undefined) throw new CommandRefused(bad("There is no message of such a number"));
  return uids;
}

/** Those of the UIDs that the client knows, ascending. */
export function knownUids(mailbox: SelectedMailbox, uids: UidSet): number[] {
  const found: number[] = [];
  for (const item of uids) {
    const [from, to] = typeof item === "number" ? [item, item] : item;
    for (let place = mailbox.placeOf(from); place < mailbox.count; place++) {
      const uid = mailbox.uids[place];
      if (uid === undefined || uid > to) break;
      found.push(uid);
    }
  }
  return found;
}
