/** What operations do to the messages in memory. */
import type { BodyId } from "../../core/contract/identifiers.ts";
import type { Message, MessageDetails, UidSet } from "../../core/contract/mailbox.ts";
import type { ExpungedUids, Operation, ResultOf } from "../../core/contract/storage.ts";
import { isInRanges } from "../../core/mailboxes/number_ranges.ts";
import { changedFlags, distinctFlags, moreKeywords } from "../common/flags.ts";
import { uidRanges } from "../common/uid_set.ts";
import type { Changes, State, StoredMailbox } from "./state.ts";

/** RFC 7162 §3.1: each change of a mailbox has a mod-sequence of its own, greater than those before. */
export function nextModseq(changes: Changes, mailbox: StoredMailbox): bigint {
  changes.touched.add(mailbox);
  changes.assign(mailbox, { highestModseq: mailbox.highestModseq + 1n });
  return mailbox.highestModseq;
}

/** A message arrives. @throws Refusal `not-found`, `invalid`. */
export function append(
  state: State,
  changes: Changes,
  mailbox: StoredMailbox,
  body: BodyId,
  details: MessageDetails,
  now: Date,
): Message {
  const stored = state.body(body);
  const message: Message = {
    uid: mailbox.uidNext,
    modseq: nextModseq(changes, mailbox),
    receivedAt: new Date(details.receivedAt),
    savedAt: now,
    flags: distinctFlags(details.flags),
    size: stored.summary.size,
    crlfSize: stored.summary.crlfSize,
    body,
  };
  changes.assign(stored, { references: stored.references + 1 });
  changes.assign(mailbox, {
    uidNext: message.uid + 1,
    keywords: moreKeywords(mailbox.keywords, message.flags),
  });
  changes.set(mailbox.messages, message.uid, message);
  if (details.envelope !== undefined) changes.set(mailbox.envelopes, message.uid, { ...details.envelope });
  return message;
}

/** The messages of a set that are there. */
export function selected(mailbox: StoredMailbox, uids: UidSet): Message[] {
  const ranges = uidRanges(uids);
  return [...mailbox.messages.values()].filter(({ uid }) => isInRanges(uid, ranges));
}

/** RFC 9051 §6.4.6. @throws Refusal `not-found`, `invalid`. */
export function setFlags(
  state: State,
  changes: Changes,
  { mailbox: id, uids, change }: Operation & { do: "setFlags" },
): ResultOf<Operation & { do: "setFlags" }> {
  const mailbox = state.mailbox(id);
  const flags = distinctFlags(change.flags);
  const changed: Message[] = [], modified: number[] = [];
  let modseq: bigint | undefined;
  for (const message of selected(mailbox, uids)) {
    // RFC 7162 §3.1.3: what another has changed since is left alone, and told.
    if (change.unchangedSince !== undefined && message.modseq > change.unchangedSince) {
      modified.push(message.uid);
      continue;
    }
    const after = changedFlags(message.flags, change.mode, flags);
    if (after === undefined) continue;
    modseq ??= nextModseq(changes, mailbox);
    const next = { ...message, flags: after, modseq };
    changes.set(mailbox.messages, message.uid, next);
    changes.assign(mailbox, { keywords: moreKeywords(mailbox.keywords, after) });
    changed.push(next);
  }
  return { changed, modified };
}

/** The UIDs that there were, in order: those that there are follow each other, up to the mailbox's last. */
export function copy(
  state: State,
  changes: Changes,
  from: StoredMailbox,
  uids: UidSet,
  to: StoredMailbox,
  now: Date,
  without: readonly string[] = [],
): number[] {
  return selected(from, uids).map(({ uid, body, receivedAt, flags }) => {
    // RFC 9051 §6.4.7: flags and internal date are preserved.
    const envelope = from.envelopes.get(uid);
    const kept = changedFlags(flags, "remove", without) ?? flags;
    const details = { receivedAt, flags: kept, ...envelope && { envelope } };
    append(state, changes, to, body, details, now);
    return uid;
  });
}

/** Of UIDs that there are. */
export function expunge(
  state: State,
  changes: Changes,
  mailbox: StoredMailbox,
  uids: readonly number[],
): ExpungedUids {
  if (uids.length === 0) return { uids, modseq: mailbox.highestModseq };
  const modseq = nextModseq(changes, mailbox);
  const messages = new Map(mailbox.messages);
  for (const uid of uids) {
    const message = messages.get(uid);
    if (message !== undefined) release(state, changes, message.body);
    messages.delete(uid);
    changes.delete(mailbox.envelopes, uid);
  }
  const expunged = [...mailbox.expunged, ...uids.map((uid) => ({ uid, modseq }))];
  changes.assign(mailbox, { messages, expunged });
  return { uids: [...uids], modseq };
}

/** A body goes with its last message. */
export function release(state: State, changes: Changes, body: BodyId): void {
  const stored = state.body(body);
  changes.assign(stored, { references: stored.references - 1 });
  if (stored.references === 0) changes.delete(state.bodies, body);
}
