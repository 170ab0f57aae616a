/** Which messages need be looked at at all: those that a set of UIDs names, or an index of the storage does not rule out. */
import type { Storage } from "../../../../core/contract/mod.ts";
import { commonRanges } from "../../../../core/mailboxes/number_ranges.ts";
import { unicodeCasemap } from "../../../../core/message/casemap.ts";
import { type NumberRanges, resolvedRanges } from "../grammar/sequence_set.ts";
import type { Work } from "../long_work.ts";
import { joinedRanges } from "../number_ranges.ts";
import type { Condition } from "./condition.ts";
import type { SearchPlace } from "./find_messages.ts";
import type { WantedText } from "./wanted_text.ts";

/** Measured: an index names so many messages in the time in which one is looked at. */
const NAMED = 5;

/** UIDs among which are those of all messages that meet the condition; undefined where that may be any. */
export async function narrowed(
  storage: Storage,
  place: Pick<SearchPlace, "mailbox" | "uids">,
  condition: Condition,
  work: Work,
): Promise<NumberRanges | undefined> {
  return await new Narrowing(storage, place, work).rangesOf(condition);
}

/** In one mailbox. Clients may look for thousands of texts at once: others have their turn between two of them. */
class Narrowing {
  readonly #storage: Storage;
  readonly #place: Pick<SearchPlace, "mailbox" | "uids">;
  readonly #work: Work;
  /** Messages that the index may name before it takes longer to ask than to look at all of them. */
  #left: number;

  constructor(storage: Storage, place: Pick<SearchPlace, "mailbox" | "uids">, work: Work) {
    this.#storage = storage;
    this.#place = place;
    this.#work = work;
    this.#left = place.uids.length * NAMED;
  }

  async rangesOf(condition: Condition): Promise<NumberRanges | undefined> {
    switch (condition.is) {
      case "constant":
        return condition.value ? undefined : [];
      case "uid":
        return condition.ranges;
      // What is in a field is in the header, and so in the text.
      case "field":
      case "text":
        return await intersection(condition.texts, (text) => this.#candidates(text));
      case "all":
        return await intersection(condition.operands, (operand) => this.rangesOf(operand));
      case "any":
        return await union(condition.operands, (operand) => this.rangesOf(operand));
      default:
        return undefined;
    }
  }

  /** By either form in which a text may be found. A text without key is looked for in octets of which there is no index. */
  async #candidates({ key, octets }: WantedText): Promise<NumberRanges | undefined> {
    if (key === undefined || this.#left < 0 || this.#storage.textCandidates === undefined) return undefined;
    if (this.#work.isDue) await this.#work.pause();
    const { mailbox, uids } = this.#place, last = uids.at(-1) ?? 0;
    const keys = new Set([key, ...octets === undefined ? [] : [unicodeCasemap(octets)]]);
    const found = await this.#storage.textCandidates(mailbox, [...keys]);
    if (found === undefined) return undefined;
    const ranges = commonRanges(resolvedRanges(found, 0), [[1, last]]);
    for (const [from, to] of ranges) this.#left -= to - from + 1;
    return ranges;
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
  let all: NumberRanges = [];
  for (const item of items) {
    const ranges = await rangesOf(item);
    if (ranges === undefined) return undefined;
    // At once: those of thousands of texts would not fit into memory.
    all = joinedRanges([all, ranges]);
  }
  return all;
}
