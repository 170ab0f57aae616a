/**
 * Decides whether a message meets a condition, by as little of it as will do. What cannot be said yet is undefined: the
 * caller then fetches more of the message and asks again.
 */
import type { Message, MessageSummary } from "../../../../core/contract/mod.ts";
import { unicodeCasemap } from "../../../../core/message/casemap.ts";
import { decodeEncodedWords } from "../../../../core/message/encoded_word.ts";
import { isInRanges } from "../number_ranges.ts";
import { emailObjectId, threadObjectId } from "../printing/object_ids.ts";
import type { Condition } from "./condition.ts";

/** A message, as far as it has been fetched. */
export interface Candidate {
  /** Its row. */
  readonly message: Message;
  /** Whether it is `\Recent` in this session. */
  readonly isRecent: boolean;
  /** What was parsed of it. */
  readonly summary?: MessageSummary;
  /** Answers for its whole text: whether all of these texts are in it. */
  readonly contains?: (texts: readonly string[], header: boolean) => boolean;
}

const DAY = 86_400_000, MINUTE = 60_000;

/** Whether the message meets it; undefined where more of it must be fetched. */
export function evaluate(condition: Condition, candidate: Candidate): boolean | undefined {
  const { message, summary } = candidate;
  switch (condition.is) {
    case "constant":
      return condition.value;
    case "flag":
      return message.flags.some((flag) => flag.toLowerCase() === condition.flag);
    case "recent":
      return candidate.isRecent;
    case "uid":
      return isInRanges(message.uid, condition.ranges);
    case "larger":
      return message.size > condition.size;
    case "smaller":
      return message.size < condition.size;
    case "received":
      return isWithin(dayOf(message.receivedAt.getTime()), condition);
    case "saved":
      return isWithin(dayOf(message.savedAt.getTime()), condition);
    case "sent": {
      if (summary === undefined) return undefined;
      const { sentAt, sentZone = 0 } = summary;
      // RFC 9051 §6.4.4: disregarding time and timezone: the day is the sender's.
      return sentAt !== undefined && isWithin(dayOf(sentAt + sentZone * MINUTE), condition);
    }
    case "receivedBefore":
      return message.receivedAt.getTime() <= condition.instant;
    case "receivedAfter":
      return message.receivedAt.getTime() >= condition.instant;
    case "modseq":
      return message.modseq >= condition.least;
    case "email":
      return emailObjectId(message.body) === condition.id;
    case "thread":
      return summary && threadObjectId(summary, message.body) === condition.id;
    case "field":
      return summary && isInField(condition, summary, candidate);
    case "text":
      return candidate.contains?.(condition.texts, condition.header);
    case "not": {
      const value = evaluate(condition.operand, candidate);
      return value === undefined ? undefined : !value;
    }
    case "all":
      return combined(condition.operands, candidate, false);
    case "any":
      return combined(condition.operands, candidate, true);
  }
}

/** The first operand that decides does; one that cannot be decided leaves it open unless another decides. */
function combined(operands: readonly Condition[], candidate: Candidate, decisive: boolean): boolean | undefined {
  let result: boolean | undefined = !decisive;
  for (const operand of operands) {
    const value = evaluate(operand, candidate);
    if (value === decisive) return decisive;
    if (value === undefined) result = undefined;
  }
  return result;
}

function isWithin(day: number, { before = Infinity, from = -Infinity }: { before?: number; from?: number }): boolean {
  return day >= from && day < before;
}

function dayOf(milliseconds: number): number {
  return Math.floor(milliseconds / DAY);
}

function isInField(
  { name, texts }: Condition & { readonly is: "field" },
  { fields, truncated }: MessageSummary,
  candidate: Candidate,
): boolean | undefined {
  const isFound = fields.some(([fieldName, value]) => {
    if (fieldName.length !== name.length || fieldName.toLowerCase() !== name) return false;
    // RFC 9051 §6.4.4: an empty text is in every field.
    if (texts.every((text) => text === "")) return true;
    const key = unicodeCasemap(decodeEncodedWords(value));
    return texts.every((text) => key.includes(text));
  });
  // A header that was too large to be kept is looked at as a whole.
  if (isFound || truncated !== true) return isFound;
  return candidate.contains?.(texts, true);
}
