/** SORT (RFC 5256 §3, RFC 5957): what messages are compared by, and in which order that puts them. */
import type { Message, MessageAddress, MessageSummary } from "../../../../core/contract/mod.ts";
import { baseSubject } from "../../../../core/message/base_subject.ts";
import { type Collation, compareKeys, unicodeCasemap } from "../../../../core/message/casemap.ts";
import type { CharsetDecode } from "../../../../core/message/charset.ts";
import { decodeEncodedWords } from "../../../../core/message/encoded_word.ts";
import { collatedText } from "../collated_text.ts";
import type { SortCriterion, SortKey } from "../grammar/sort_criteria.ts";
import { sentDate, type TextReading } from "../threading/threadable.ts";

/** A message with what it is compared by. */
export interface Sortable {
  /** Sequence number or UID: what comes first in the mailbox has the lower one. */
  readonly number: number;
  /** One for each criterion: numbers, or the collation's keys of texts. */
  readonly values: readonly (number | string)[];
}

/** What values are made from. RELEVANCY is a score that only a search knows (RFC 6203 §4). */
export interface SortSource {
  /** Sequence number or UID. */
  readonly number: number;
  /** The message. */
  readonly message: Pick<Message, "receivedAt" | "size">;
  /** Needed when `needsSummaries` says so. */
  readonly summary?: SortSummary;
  /** How well the message matches; 1 to 100. */
  readonly relevancy?: number;
}

/** What is needed of what was parsed. */
export const sortParts = ["envelope", "sentAt"] as const;

/** It. */
export type SortSummary = Pick<MessageSummary, typeof sortParts[number]>;

/** Whether messages cannot be ordered without their summaries. */
export function needsSummaries(criteria: readonly SortCriterion[]): boolean {
  return criteria.some(({ key }) => key !== "ARRIVAL" && key !== "SIZE" && key !== "RELEVANCY");
}

/** What a message is compared by. */
export function sortable(source: SortSource, criteria: readonly SortCriterion[], reading: TextReading = {}): Sortable {
  return { number: source.number, values: criteria.map(({ key }) => sortValue(key, source, reading)) };
}

/** Orders messages for `Array.sort`. */
export function sortOrder(criteria: readonly SortCriterion[]): (left: Sortable, right: Sortable) => number {
  const directions = criteria.map(({ reverse }) => reverse ? -1 : 1);
  return (left, right) => {
    for (let at = 0; at < directions.length; at++) {
      const order = compareValues(left.values[at], right.values[at]);
      if (order !== 0) return directions[at] === 1 ? order : -order;
    }
    // RFC 5256 §3: the sequence number decides at last, and REVERSE does not reverse that.
    return left.number - right.number;
  };
}

function compareValues(left: number | string | undefined, right: number | string | undefined): number {
  if (typeof left === "number" && typeof right === "number") return left - right;
  return typeof left === "string" && typeof right === "string" ? compareKeys(left, right) : 0;
}

function sortValue(
  key: SortKey,
  source: SortSource,
  { collation = unicodeCasemap, decode }: TextReading,
): number | string {
  const { message, summary, relevancy = 0 } = source;
  switch (key) {
    case "ARRIVAL":
      return message.receivedAt.getTime();
    case "SIZE":
      return message.size;
    case "RELEVANCY":
      // RFC 6203 §6: the most relevant first.
      return -relevancy;
    case "DATE":
      return summary === undefined ? message.receivedAt.getTime() : sentDate(message, summary);
    case "SUBJECT":
      return collatedText(summary?.envelope.subject ?? "", textOfSubject, collation, decode);
    case "FROM":
    case "TO":
    case "CC":
      // RFC 5256 §3: addr-mailbox of the first address; the empty string where there is none.
      return collation(firstOf(key, summary)?.mailbox ?? "");
    case "DISPLAYFROM":
    case "DISPLAYTO":
      return displayValue(firstOf(key === "DISPLAYFROM" ? "FROM" : "TO", summary), collation, decode);
  }
}

function firstOf(key: "FROM" | "TO" | "CC", summary: SortSummary | undefined): MessageAddress | undefined {
  const { from, to, cc } = summary?.envelope ?? {};
  return (key === "FROM" ? from : key === "TO" ? to : cc)?.[0];
}

function textOfSubject(subject: string, decode: CharsetDecode | undefined): string {
  return baseSubject(subject, decode).text;
}

/** RFC 5957 §3: the name, where there is one, or else the address. */
function displayValue(
  address: MessageAddress | undefined,
  collation: Collation,
  decode: CharsetDecode | undefined,
): string {
  const { name = "", mailbox = "", host } = address ?? {};
  const shown = collatedText(name, decodeEncodedWords, collation, decode);
  if (shown !== "") return shown;
  return collation(host === undefined ? mailbox : `${mailbox}@${host}`);
}
