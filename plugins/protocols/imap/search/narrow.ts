/** Which messages need be looked at at all: those that a set of UIDs names, or an index of the storage does not rule out. */
import type { MailboxId, Storage, UidSet } from "../../../../core/contract/mod.ts";
import { commonRanges } from "../../../../core/mailboxes/number_ranges.ts";
import { unicodeCasemap } from "../../../../core/message/casemap.ts";
import { type NumberRanges, resolvedRanges } from "../grammar/sequence_set.ts";
import { joinedRanges } from "../number_ranges.ts";
import type { Condition } from "./condition.ts";
import type { WantedText } from "./wanted_text.ts";

/** UIDs among which are those of all messages that meet the condition; undefined where that may be any. */
export async function narrowed(
  storage: Storage,
  mailbox: MailboxId,
  condition: Condition,
): Promise<NumberRanges | undefined> {
  switch (condition.is) {
    case "constant":
      return condition.value ? undefined : [];
    case "uid":
      return condition.ranges;
    // What is in a field is in the header, and so in the text.
    case "field":
    case "text":
      return await intersection(condition.texts, (text) => candidates(storage, mailbox, text));
    case "all":
      return await intersection(condition.operands, (operand) => narrowed(storage, mailbox, operand));
    case "any":
      return await union(condition.operands, (operand) => narrowed(storage, mailbox, operand));
    default:
      return undefined;
  }
}

async function intersection<Item>(
  items: readonly Item[],
  rangesOf: (item: Item) => Promise<NumberRanges | undefined>,
): Promise<NumberRanges | undefined> {
  let common: NumberRanges | undefined;
  for (const item of items) {
    const ranges = await rangesOf(item);
    if (ranges !== undefined) common = common === undefined ? ranges : commonRanges(common, ranges);
    if (common?.length === 0) break;
  }
  return common;
}

async function union<Item>(
  items: readonly Item[],
  rangesOf: (item: Item) => Promise<NumberRanges | undefined>,
): Promise<NumberRanges | undefined> {
  const all: NumberRanges[] = [];
  for (const item of items) {
    const ranges = await rangesOf(item);
    if (ranges === undefined) return undefined;
    all.push(ranges);
  }
  return joinedRanges(all);
}

/** By either form in which a text may be found. A text without key is looked for in octets of which there is no index. */
async function candidates(
  storage: Storage,
  mailbox: MailboxId,
  { key, octets }: WantedText,
): Promise<NumberRanges | undefined> {
  if (key === undefined || storage.textCandidates === undefined) return undefined;
  const keys = new Set([key, ...octets === undefined ? [] : [unicodeCasemap(octets)]]);
  const found = await storage.textCandidates(mailbox, [...keys]);
  return found && rangesOf(found);
}

function rangesOf(uids: UidSet): NumberRanges {
  return resolvedRanges(uids, 0);
}
