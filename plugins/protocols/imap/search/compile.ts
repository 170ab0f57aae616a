/** From search keys to a condition: sets become UIDs, texts keys of the collation, days and ages numbers. */
import type { CalendarDate } from "../grammar/date_time.ts";
import { type NumberRanges, resolvedRanges, type SequenceNumber, type SequenceSet } from "../grammar/sequence_set.ts";
import type { DateSearchKey, SearchKey, TextSearchKey } from "../grammar/search_keys.ts";
import type { Condition, FieldCondition, WantedTexts } from "./condition.ts";
import type { TextReading, WantedText } from "./wanted_text.ts";

/** What sets are resolved by. */
export interface SearchedMailbox {
  /** UIDs of its messages, ascending; a message's sequence number is one more than its place. */
  readonly uids: Uint32Array;
  /** What `$` is (RFC 5182). */
  readonly saved: NumberRanges;
}

const DAY = 86_400_000;
const LARGEST = Number.MAX_SAFE_INTEGER;

/** All of the keys, in one mailbox. There is no FILTER among them any more (`filters.ts`). */
export function compile(keys: readonly SearchKey[], read: TextReading, mailbox: SearchedMailbox): Condition {
  return all(keys.map((key) => compileKey(key, read, mailbox)));
}

function compileKey(key: SearchKey, read: TextReading, mailbox: SearchedMailbox): Condition {
  const inner = (operand: SearchKey) => compileKey(operand, read, mailbox);
  switch (key.key) {
    case "ALL":
    // RFC 8514 §4.3: every mailbox here keeps the date.
    case "SAVEDATESUPPORTED":
      return { is: "constant", value: true };
    case "ANSWERED":
    case "DELETED":
    case "DRAFT":
    case "FLAGGED":
    case "SEEN":
      return { is: "flag", flag: `\\${key.key.toLowerCase()}` };
    case "UNANSWERED":
    case "UNDELETED":
    case "UNDRAFT":
    case "UNFLAGGED":
    case "UNSEEN":
      return not({ is: "flag", flag: `\\${key.key.slice(2).toLowerCase()}` });
    case "RECENT":
      return { is: "recent" };
    case "OLD":
      return not({ is: "recent" });
    case "NEW":
      return all([{ is: "recent" }, not({ is: "flag", flag: "\\seen" })]);
    case "KEYWORD":
      return { is: "flag", flag: key.keyword.toLowerCase() };
    case "UNKEYWORD":
      return not({ is: "flag", flag: key.keyword.toLowerCase() });
    case "LARGER":
    case "SMALLER":
      return { is: key.key === "LARGER" ? "larger" : "smaller", size: key.size };
    case "OLDER":
    case "YOUNGER":
      return { is: key.key === "OLDER" ? "older" : "younger", seconds: key.seconds };
    // RFC 7162 §3.1.5: all flags share one mod-sequence, so the entry MUST be ignored.
    case "MODSEQ":
      return { is: "modseq", least: key.modseq };
    case "EMAILID":
      return { is: "email", id: key.id };
    case "THREADID":
      return { is: "thread", id: key.id };
    // RFC 9738 §3.2: greater and less, so that the last message is not after itself, whatever "UID n:*" would find.
    case "UIDAFTER":
      return { is: "uid", ranges: [[key.uid + 1, LARGEST]] };
    case "UIDBEFORE":
      return { is: "uid", ranges: key.uid === 1 ? [] : [[1, key.uid - 1]] };
    case "UID":
      return { is: "uid", ranges: key.set === "$" ? mailbox.saved : uidRanges(key.set, mailbox.uids) };
    case "NUMBER":
      return { is: "uid", ranges: key.set === "$" ? mailbox.saved : rangesOfNumbers(key.set, mailbox.uids) };
    case "HEADER":
      return { is: "field", name: key.field.toLowerCase(), texts: [read(key.text)] };
    case "NOT":
      return not(inner(key.operand));
    case "OR":
      return { is: "any", operands: key.operands.map(inner) };
    case "AND":
      return all(key.operands.map(inner));
    case "FUZZY":
      return fuzzy(inner(key.operand));
    case "FILTER":
      throw new Error("a filter was left in a search");
    case "BCC":
    case "CC":
    case "FROM":
    case "SUBJECT":
    case "TO":
    case "BODY":
    case "TEXT":
      return text(key.key, read(key.text));
    default:
      return day(key.key, dayOf(key.date));
  }
}

const envelopeFields: Readonly<Record<Exclude<TextSearchKey, "BODY" | "TEXT">, FieldCondition["envelope"] & string>> = {
  BCC: "bcc",
  CC: "cc",
  FROM: "from",
  SUBJECT: "subject",
  TO: "to",
};

function text(key: TextSearchKey, wanted: WantedText): Condition {
  if (key === "BODY" || key === "TEXT") return { is: "text", header: key === "TEXT", texts: [wanted] };
  return { is: "field", name: envelopeFields[key], envelope: envelopeFields[key], texts: [wanted] };
}

function day(key: DateSearchKey, day: number): Condition {
  switch (key) {
    case "BEFORE":
      return { is: "received", before: day };
    case "ON":
      return { is: "received", from: day, before: day + 1 };
    case "SINCE":
      return { is: "received", from: day };
    case "SENTBEFORE":
      return { is: "sent", before: day };
    case "SENTON":
      return { is: "sent", from: day, before: day + 1 };
    case "SENTSINCE":
      return { is: "sent", from: day };
    case "SAVEDBEFORE":
      return { is: "saved", before: day };
    case "SAVEDON":
      return { is: "saved", from: day, before: day + 1 };
    case "SAVEDSINCE":
      return { is: "saved", from: day };
  }
}

/** RFC 7377 §2: numbers beyond the last message are no error in a search; there are no such messages. */
function rangesOfNumbers(set: Exclude<SequenceSet, "$">, uids: Uint32Array): NumberRanges {
  const found: [number, number][] = [];
  for (const [from, to] of resolvedRanges(set, uids.length)) {
    const first = uids[Math.max(0, from - 1)], last = uids[Math.min(to, uids.length) - 1];
    if (to > 0 && first !== undefined && last !== undefined) found.push([first, last]);
  }
  return found;
}

/**
 * RFC 9051 §9: `*` is the last message, so that `500:*` has that one in it, be its UID lower. What arrives later comes
 * after it: in a search that goes on (RFC 5267 §4.3) it belongs to a range that ends so, and what was the last at the time
 * of the command stays in it.
 */
function uidRanges(set: Exclude<SequenceSet, "$">, uids: Uint32Array): NumberRanges {
  const last = uids[uids.length - 1] ?? 1;
  const fixed = set.map((item): [SequenceNumber, SequenceNumber] => {
    const [one, other] = typeof item === "object" ? item : [item, item];
    if (one !== "*" && other !== "*") return [one, other];
    const start = one === "*" ? other : one;
    return [start === "*" ? last : Math.min(start, last), LARGEST];
  });
  return resolvedRanges(fixed, LARGEST);
}

/** RFC 6203 §3: how inexact is ours to say: the words of a text, in any order and anywhere. */
function fuzzy(condition: Condition): Condition {
  switch (condition.is) {
    case "field":
    case "text":
      return { ...condition, ...words(condition) };
    case "not":
      return not(fuzzy(condition.operand));
    case "all":
    case "any":
      return { ...condition, operands: condition.operands.map(fuzzy) };
    default:
      return condition;
  }
}

function words({ texts, phrase }: WantedTexts): WantedTexts {
  const [only] = texts;
  if (phrase !== undefined || only?.key === undefined) return { texts, ...phrase && { phrase } };
  const words = new Set(only.key.split(/\s+/).filter((word) => word !== ""));
  return { texts: Array.from(words, (key) => ({ key })), phrase: only };
}

function not(operand: Condition): Condition {
  return { is: "not", operand };
}

function all(operands: readonly Condition[]): Condition {
  const [only] = operands;
  return operands.length === 1 && only !== undefined ? only : { is: "all", operands };
}

function dayOf({ year, month, day }: CalendarDate): number {
  return Date.UTC(year, month - 1, day) / DAY;
}
