/** The messages that a command names, by sequence numbers, by UIDs, or as the last search found them (RFC 5182). */
import type { UidSet } from "../../../core/contract/mod.ts";
import { commonRanges } from "../../../core/mailboxes/number_ranges.ts";
import { CommandRefused } from "./failures.ts";
import { type NumberRanges, resolvedRanges, type SequenceSet } from "./grammar/sequence_set.ts";
import type { Work } from "./long_work.ts";
import { numbersIn } from "./number_ranges.ts";
import { bad } from "./replies.ts";
import type { SelectedMailbox } from "./selected_mailbox.ts";

/** RFC 9051 §9, nz-number. */
const LARGEST_UID = 0xffff_ffff;

/**
 * Their UIDs. UIDs that are not there are passed over (RFC 9051 §6.4.9), and so are those of messages that the client has
 * not been told of: no command does anything to what its client cannot know.
 *
 * @throws CommandRefused, with BAD, for a sequence number that the client cannot know (RFC 9051 §9, seq-number).
 */
export function uidsOf(mailbox: SelectedMailbox, set: SequenceSet, by: "number" | "uid"): UidSet {
  if (set === "$") return mailbox.saved;
  if (by === "uid") return upTo(mailbox.lastUid, resolvedRanges(set, Math.max(1, mailbox.lastUid)));
  const ranges = resolvedRanges(set, Math.max(1, mailbox.count));
  const uids = mailbox.uidsOfNumbers(ranges);
  if (uids === undefined) throw new CommandRefused(bad("There is no message of such a number"));
  return uids;
}

/** The same of UIDs that there ever were: `*` also stands for what is gone beyond the last message. */
export function pastUidsOf(mailbox: SelectedMailbox, set: SequenceSet): UidSet {
  if (set === "$") return mailbox.saved;
  const last = Math.max(1, mailbox.lastUid);
  const isOpen = set.some((item) => item === "*" || typeof item === "object" && item.includes("*"));
  return resolvedRanges(isOpen ? [...set, [last, LARGEST_UID]] : set, last);
}

/**
 * Of expunged UIDs, those that the client does not take to be there: the others are still to be told, with VANISHED
 * without EARLIER (RFC 7162 §3.2.10).
 */
export function withoutKnown(mailbox: SelectedMailbox, expunged: UidSet): UidSet {
  const left: (readonly [number, number])[] = [];
  for (const item of expunged) {
    let [from, to] = typeof item === "number" ? [item, item] : item;
    for (const uid of knownUids(mailbox, [item])) {
      if (from < uid) left.push([from, uid - 1]);
      from = uid + 1;
    }
    if (from <= to) left.push([from, to]);
  }
  return left;
}

/** The same messages, so many at a time, ascending; each step is work. */
export function* uidSteps(mailbox: SelectedMailbox, uids: UidSet, size: number, work: Work): Generator<UidSet> {
  const ranges = resolvedRanges(uids, 0);
  // What is known changes with what is told, and nothing is told meanwhile.
  const known = numbersIn(mailbox.uids, ranges);
  work.expect(known.length);
  for (let at = 0; at < known.length; at += size) {
    const step = known.subarray(at, at + size);
    yield commonRanges(ranges, [[step[0] ?? 0, step.at(-1) ?? 0]]);
    work.did(step.length);
  }
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

function upTo(last: number, ranges: NumberRanges): NumberRanges {
  return ranges.filter(([from]) => from <= last).map(([from, to]) => [from, Math.min(to, last)]);
}
