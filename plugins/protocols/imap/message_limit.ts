/**
 * MESSAGELIMIT (RFC 9738): how many messages one command may be about, where the operator sets a limit. What is beyond it
 * stays as it was, from the lowest UIDs on, and the client is told which was the last that was dealt with.
 */
import type { UidSet } from "../../../core/contract/mod.ts";
import { commonRanges } from "../../../core/mailboxes/number_ranges.ts";
import { CommandRefused } from "./failures.ts";
import type { PartialRange } from "./grammar/partial_range.ts";
import { resolvedRanges } from "./grammar/sequence_set.ts";
import { numbersIn } from "./number_ranges.ts";
import { no, ok, printReply, type Reply } from "./replies.ts";
import type { SelectedMailbox } from "./selected_mailbox.ts";
import type { Session } from "./session.ts";

const tooMany = "Those are too many messages at once";

/** What a command may deal with of what it names. */
export interface WithinLimit {
  /** Those with the highest UIDs. */
  readonly uids: UidSet;
  /** Undefined where it is all. */
  readonly reached?: LimitReached;
}

/** More was named than one command may deal with. */
export interface LimitReached {
  /** Response code, without its brackets. */
  readonly code: string;
}

/** What CAPABILITY says of it (RFC 9738 §3). */
export function limitCapability({ service }: Session): readonly string[] {
  const { message_limit: most } = service.options;
  return most === undefined ? [] : [`MESSAGELIMIT=${most}`];
}

/** How many messages; Infinity where there is no limit. */
export function messageLimit({ service }: Session): number {
  return service.options.message_limit ?? Infinity;
}

/** The limit was reached: `last` is the lowest UID that was dealt with, and absent where there is none. */
export function limitReached(session: Session, last?: number): LimitReached {
  return { code: `MESSAGELIMIT ${messageLimit(session)}${last === undefined ? "" : ` ${last}`}` };
}

/** What may be dealt with of messages that the client knows. */
export function withinLimit(session: Session, mailbox: SelectedMailbox, uids: UidSet): WithinLimit {
  const most = messageLimit(session);
  if (most === Infinity) return { uids };
  const ranges = resolvedRanges(uids, 0);
  const known = numbersIn(mailbox.uids, ranges), lowest = known[known.length - most];
  if (known.length <= most || lowest === undefined) return { uids };
  return { uids: commonRanges(ranges, [[lowest, mailbox.lastUid]]), reached: limitReached(session, lowest) };
}

/** For what is done whole or not at all (RFC 9738 §3.1). @throws CommandRefused. */
export function requireWithinLimit(session: Session, mailbox: SelectedMailbox, uids: UidSet): void {
  const { reached } = withinLimit(session, mailbox, uids);
  if (reached !== undefined) throw overLimit(reached);
}

/** RFC 9738 §3.1: more results than one command may give are not even looked for. @throws CommandRefused. */
export function requirePartialWithinLimit(session: Session, partial: PartialRange | undefined): void {
  if (partial === undefined) return;
  if (Math.abs(partial.last - partial.first) >= messageLimit(session)) throw overLimit(limitReached(session));
}

/** Refuses all of it. */
export function overLimit({ code }: LimitReached): CommandRefused {
  return new CommandRefused(tooMany, code);
}

/**
 * The reply to a command that may have dealt with a part. RFC 9738 §3.1: where another code is in the tagged response, this
 * one is in an untagged NO.
 */
export function replyWithin(session: Session, reached: LimitReached | undefined, reply: Reply): Reply {
  if (reached === undefined) return reply;
  const text = "Not all of them: those with the highest UIDs";
  if (reply.code === undefined) return ok(text, reached.code);
  session.untagged(printReply(no(text, reached.code)));
  return reply;
}
