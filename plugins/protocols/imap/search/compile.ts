/** From search keys to a condition: sets become UIDs, texts keys of the collation, days and ages instants. */
import { CommandRefused } from "../failures.ts";
import type { CalendarDate } from "../grammar/date_time.ts";
import { resolvedRanges, type SequenceSet } from "../grammar/sequence_set.ts";
import type { DateSearchKey, SearchKey, TextSearchKey } from "../grammar/search_keys.ts";
import { uidsOf } from "../named_messages.ts";
import type { SelectedMailbox } from "../selected_mailbox.ts";
import type { Condition } from "./condition.ts";
import type { TextDecoding } from "./search_text.ts";

/** What keys are resolved by. */
export interface SearchSurroundings {
  /** Of the selected mailbox: sequence numbers and `$`; absent where there are none (RFC 7377 §2.2). */
  readonly mailbox: SelectedMailbox | undefined;
  /** How text is read. */
  readonly decode: TextDecoding;
  /** Searches by name (RFC 5466). @throws CommandRefused. */
  filter(name: string): readonly SearchKey[];
  /** For OLDER and YOUNGER. */
  readonly now: Date;
}

const DAY = 86_400_000;
/** RFC 5466 has filters name filters; so deep, none of them is meant. */
const DEEPEST_FILTERS = 10;

/** All of the keys. @throws CommandRefused. */
export function compile(keys: readonly SearchKey[], surroundings: SearchSurroundings): Condition {
  return all(keys.map((key) => compileKey(key, surroundings, 0)));
}

function compileKey(key: SearchKey, around: SearchSurroundings, filters: number): Condition {
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
      return { is: "receivedBefore", instant: around.now.getTime() - key.seconds * 1000 };
    case "YOUNGER":
      return { is: "receivedAfter", instant: around.now.getTime() - key.seconds * 1000 };
    // RFC 7162 §3.1.5: the entry may be ignored: all flags share one mod-sequence.
    case "MODSEQ":
      return { is: "modseq", least: key.modseq };
    case "EMAILID":
      return { is: "email", id: key.id };
    case "THREADID":
      return { is: "thread", id: key.id };
    case "UID":
      return uids(key.set, "uid", around);
    case "NUMBER":
      return uids(key.set, "number", around);
    case "HEADER":
      return { is: "field", name: key.field.toLowerCase(), texts: [around.decode(key.text)] };
    case "NOT":
      return not(compileKey(key.operand, around, filters));
    case "OR":
      return { is: "any", operands: key.operands.map((operand) => compileKey(operand, around, filters)) };
    case "AND":
      return all(key.operands.map((operand) => compileKey(operand, around, filters)));
    case "FUZZY":
      return fuzzy(compileKey(key.operand, around, filters));
    case "FILTER":
      if (filters === DEEPEST_FILTERS) throw new CommandRefused("Filters name one another without end", "CANNOT");
      return all(around.filter(key.name).map((inner) => compileKey(inner, around, filters + 1)));
    case "BCC":
    case "CC":
    case "FROM":
    case "SUBJECT":
    case "TO":
    case "BODY":
    case "TEXT":
      return text(key.key, around.decode(key.text));
    default:
      return day(key.key, dayOf(key.date));
  }
}

function text(key: TextSearchKey, wanted: string): Condition {
  if (key === "BODY" || key === "TEXT") return { is: "text", header: key === "TEXT", texts: [wanted] };
  return { is: "field", name: key.toLowerCase(), texts: [wanted] };
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

function uids(set: SequenceSet, by: "uid" | "number", { mailbox }: SearchSurroundings): Condition {
  if (mailbox === undefined) {
    // RFC 7377 §2.2: neither sequence numbers nor `$` mean anything where no mailbox is selected.
    if (by === "number" || set === "$") throw new CommandRefused("No mailbox is selected", "CANNOT");
    return { is: "uid", ranges: resolvedRanges(set, Number.MAX_SAFE_INTEGER) };
  }
  const found = uidsOf(mailbox, set, by);
  return { is: "uid", ranges: found.map((item) => typeof item === "number" ? [item, item] : item) };
}

/** RFC 6203 §3: how inexact is ours to say: the words of a text, in any order and anywhere. */
function fuzzy(condition: Condition): Condition {
  switch (condition.is) {
    case "field":
    case "text":
      return {
        ...condition,
        texts: condition.texts.flatMap((text) => text.split(/\s+/)).filter((word) => word !== ""),
      };
    case "not":
      return not(fuzzy(condition.operand));
    case "all":
    case "any":
      return { ...condition, operands: condition.operands.map(fuzzy) };
    default:
      return condition;
  }
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
