/** What a search found, and what of it is returned (RFC 9051 §6.4.4, RFC 4731, RFC 5182, RFC 6203, RFC 9394). Pure. */
import { printPartialRange, resolvedPartialRange } from "../grammar/partial_range.ts";
import type { SearchReturn } from "../grammar/search_return.ts";
import { printNumbers } from "../printing/sequence_sets.ts";

/** Messages in the order of the command: that of the mailbox, or one that was sorted. */
export interface Found {
  /** Their UIDs. */
  readonly uids: readonly number[];
  /** The mod-sequence of each, where one was asked for (RFC 7162 §3.1.5). */
  readonly modseqs?: readonly bigint[];
  /** The relevancy of each, 1 to 100, where it was asked for. */
  readonly relevancies?: readonly number[];
}

/** How many results, from the first or from the last, are enough for what is to be returned; undefined: all. */
export interface Enough {
  /** How many. */
  readonly count: number;
  /** From the last. */
  readonly fromEnd: boolean;
}

/** RFC 9051 §6.4.4: without RETURN, ESEARCH gives all. */
export const returnAll: SearchReturn = { options: new Set(["ALL"]) };

/** RFC 4731 §3.1: MIN, MAX and ALL are left out where nothing was found; COUNT is not. `numbers`: what they are called. */
export function resultItems(found: Found, numbers: readonly number[], returns: SearchReturn): string[] {
  const { options, partial } = returns;
  const first = numbers[0], last = numbers.at(-1);
  const items: string[] = [];
  if (options.has("MIN") && first !== undefined) items.push(`MIN ${first}`);
  if (options.has("MAX") && last !== undefined) items.push(`MAX ${last}`);
  if (options.has("COUNT")) items.push(`COUNT ${numbers.length}`);
  if (options.has("ALL") && first !== undefined) items.push(`ALL ${printNumbers(numbers)}`);
  const part = partial && resolvedPartialRange(partial, numbers.length);
  if (partial !== undefined && part !== undefined) {
    // RFC 9394 §3.1: NIL where the range has no results.
    items.push(`PARTIAL (${printPartialRange(partial)} ${printNumbers(numbers.slice(...part)) || "NIL"})`);
  }
  if (options.has("RELEVANCY") && found.relevancies !== undefined) {
    // RFC 6203 §4: of what is returned.
    items.push(`RELEVANCY (${found.relevancies.slice(...part ?? []).join(" ")})`);
  }
  const modseq = greatestModseq(found, returns);
  // RFC 4731 §3.2, RFC 7162 §3.1.10.
  if (modseq !== undefined) items.push(`MODSEQ ${modseq}`);
  return items;
}

/** RFC 4731 §3.2: the greatest of those that are returned; undefined where none is, or none was asked for. */
export function greatestModseq({ uids, modseqs }: Found, returns: SearchReturn | undefined): bigint | undefined {
  if (modseqs === undefined) return undefined;
  const places = returns && placesReturned(returns, uids.length);
  const returned = places?.map((place) => modseqs[place] ?? 0n) ?? modseqs;
  return returned.length === 0 ? undefined : returned.reduce((greatest, next) => next > greatest ? next : greatest);
}

/** RFC 5182 §2.4, RFC 9394 §3.2: UIDs that `$` stands for after SAVE, ascending. */
export function savedUids({ uids }: Found, returns: SearchReturn): number[] {
  const places = placesReturned(returns, uids.length);
  const saved = places?.map((place) => uids[place] ?? 0) ?? uids;
  return saved.toSorted((a, b) => a - b);
}

/** RFC 9051 §6.4.4: with SAVE alone nothing is told. */
export function tellsNothing({ options, partial, update }: SearchReturn): boolean {
  return options.size === 1 && options.has("SAVE") && partial === undefined && update === undefined;
}

/** RFC 9394 §3.1, RFC 4731 §6: a search for the ends may end early. Only in the order of the mailbox. */
export function enoughFor({ options, partial, update }: SearchReturn): Enough | undefined {
  const needsAll = update !== undefined || options.has("ALL") || options.has("COUNT") || options.has("RELEVANCY");
  if (needsAll) return undefined;
  const { first = 0, last = 0 } = partial ?? {};
  const ofPart = Math.max(Math.abs(first), Math.abs(last)), isPartOfEnd = first < 0;
  const isStart = options.has("MIN") || ofPart > 0 && !isPartOfEnd, isEnd = options.has("MAX") || isPartOfEnd;
  if (isStart === isEnd) return undefined;
  return { count: Math.max(1, ofPart), fromEnd: isEnd };
}

/**
 * Which results MIN, MAX and PARTIAL name, each once; undefined: all, where ALL or COUNT is among the options, or none
 * of them is.
 */
function placesReturned({ options, partial }: SearchReturn, count: number): number[] | undefined {
  const namesSome = partial !== undefined || options.has("MIN") || options.has("MAX");
  if (!namesSome || options.has("ALL") || options.has("COUNT")) return undefined;
  const [from, to] = partial === undefined ? [0, 0] : resolvedPartialRange(partial, count);
  const places = new Set(Array.from({ length: to - from }, (_, index) => from + index));
  if (options.has("MIN") && count > 0) places.add(0);
  if (options.has("MAX") && count > 0) places.add(count - 1);
  return [...places];
}
