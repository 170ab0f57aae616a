/**
 * Decides whether a message meets a condition, by as little of it as will do. What cannot be said yet is undefined: the
 * caller then fetches more of the message and asks again.
 */
import type { Message, MessageSummary } from "../../../../core/contract/mod.ts";
import { isInRanges } from "../../../../core/mailboxes/number_ranges.ts";
import type { CharsetDecode } from "../../../../core/message/charset.ts";
import { parseDate } from "../../../../core/message/date.ts";
import type { Header } from "../../../../core/message/header.ts";
import { addressText, fileNamesOf, readField, type ReadText, readValue } from "../../../../core/message/search_text.ts";
import { emailObjectId, threadObjectId } from "../printing/object_ids.ts";
import type { Condition, FieldCondition } from "./condition.ts";
import type { KnownFields } from "./known_fields.ts";
import { isInKey, isInKeyed, keyedText, type WantedText } from "./wanted_text.ts";

/** Of what was parsed, what decides conditions about dates, threads, and most fields. */
export const fewParts = [
  "headerSize",
  "sentAt",
  "sentZone",
  "messageId",
  "inReplyTo",
  "references",
  "fields",
  "truncated",
] as const;

/** What was parsed, or as much of it as is needed: `needsWhole` says when that is all. */
export type SearchedSummary = Pick<MessageSummary, typeof fewParts[number]> & Partial<MessageSummary>;

/** Whether a condition cannot be decided by `fewParts`: addresses, names of files, and texts. */
export function needsWhole(condition: Condition): boolean {
  if (condition.is === "text") return true;
  return condition.is === "field" &&
    (hasAddresses(condition.envelope) || condition.name === "content-type" || condition.name === "content-disposition");
}

/** Whether it is all that was parsed. */
export function isWhole(summary: SearchedSummary): summary is MessageSummary {
  return summary.envelope !== undefined && summary.structure !== undefined;
}

/** A message, as far as it has been fetched. */
export interface Candidate {
  /** Its row. */
  readonly message: Message;
  /** Whether it is `\Recent` in this session. */
  readonly isRecent: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** What was parsed of it. */
  readonly summary?: SearchedSummary;
  /** Its header as it stands: needed where the summary has not all of it, or no octets. */
  readonly header?: Header;
  /** Fields that have been read before. */
  readonly known?: KnownFields;
  /** Answers for its whole text. */
  readonly contains?: (text: WantedText, withHeader: boolean) => boolean;
  /** Decodes encoded words. */
  readonly decode: CharsetDecode;
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
      const day = sentDay(candidate);
      return day === undefined ? undefined : day !== "never" && isWithin(day, condition);
    }
    case "older":
      return secondOf(message.receivedAt.getTime()) <= secondOf(candidate.now) - condition.seconds;
    case "younger":
      return secondOf(message.receivedAt.getTime()) >= secondOf(candidate.now) - condition.seconds;
    case "modseq":
      return message.modseq >= condition.least;
    case "email":
      return emailObjectId(message.body) === condition.id;
    case "thread":
      return summary && threadObjectId(summary, message.body) === condition.id;
    case "field":
      return isInField(condition, candidate);
    case "text":
      return candidate.contains && condition.texts.every((text) => candidate.contains?.(text, condition.header));
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

/** RFC 5032 §2: to the resolution of a second. */
function secondOf(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}

/** RFC 9051 §6.4.4: disregarding time and timezone: the day is the sender's. Never, without a date that can be read. */
function sentDay({ summary, header }: Candidate): number | "never" | undefined {
  if (summary === undefined) return undefined;
  const { sentAt, sentZone = 0, truncated } = summary;
  if (sentAt !== undefined) return dayOf(sentAt + sentZone * MINUTE);
  if (truncated !== true) return "never";
  if (header === undefined) return undefined;
  const date = parseDate(header.get("date") ?? "");
  return date === undefined ? "never" : dayOf(date.epochMilliseconds + date.zoneMinutes * MINUTE);
}

function isInField(condition: FieldCondition, candidate: Candidate): boolean | undefined {
  const { summary, header, known, message: { body } } = candidate;
  const keys = known?.keysOf(condition, body);
  if (keys !== undefined) return keys.some((key) => condition.texts.every((wanted) => isInKey(wanted.key, key)));
  if (summary === undefined) return undefined;
  if (header === undefined && needsHeader(condition, summary)) return undefined;
  const read = Array.from(fieldTexts(condition, candidate, summary), keyedText);
  known?.learn(condition, body, read);
  return read.some((text) => condition.texts.every((wanted) => isInKeyed(wanted, text)));
}

/** Whether the summary has too little of the header: its fields were too many or too long, or octets are looked for. */
function needsHeader({ texts }: FieldCondition, { truncated }: SearchedSummary): boolean {
  return truncated === true || texts.some(({ key }) => key === undefined);
}

/**
 * What a field says, in as many forms as there are: as it is written, encoded words decoded, and as ENVELOPE has its
 * addresses (RFC 9051 §6.4.4: FROM, TO, CC and BCC are those of the envelope structure).
 */
export function* fieldTexts(
  condition: FieldCondition,
  { header, decode }: Candidate,
  { fields, envelope, structure }: SearchedSummary,
): Generator<ReadText> {
  const { name, envelope: place } = condition;
  let isQuoted = false;
  for (const read of writtenTexts(condition, fields, header, decode)) {
    yield read;
    isQuoted ||= /["\\(]/.test(read.text);
    // RFC 5322 §3.6: of several subjects, ENVELOPE has the first.
    if (place === "subject") return;
  }
  const addresses = hasAddresses(place) ? envelope?.[place] : undefined;
  // Only quotes and comments make a difference.
  if (isQuoted && addresses !== undefined) yield { text: addressText(addresses, decode) };
  if (structure !== undefined && (name === "content-type" || name === "content-disposition")) {
    for (const text of fileNamesOf(structure, decode)) yield { text };
  }
}

function hasAddresses(
  place: FieldCondition["envelope"],
): place is Exclude<NonNullable<FieldCondition["envelope"]>, "subject"> {
  return place !== undefined && place !== "subject";
}

function* writtenTexts(
  { name, texts }: FieldCondition,
  fields: MessageSummary["fields"],
  header: Header | undefined,
  decode: CharsetDecode,
): Generator<ReadText> {
  if (header === undefined) {
    for (const [fieldName, value] of fields) if (isNamed(fieldName, name)) yield readValue(value, decode);
    return;
  }
  const octets = texts.some(({ key }) => key === undefined);
  for (const field of header.fields) if (field.key === name) yield readField(header, field, decode, octets);
}

function isNamed(name: string, wanted: string): boolean {
  return name.length === wanted.length && name.toLowerCase() === wanted;
}
