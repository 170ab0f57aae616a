/** Sets of message numbers: `1,3-5,8-*`. */
import { mergedRanges, type NumberRanges } from "../../../../core/mailboxes/number_ranges.ts";

/** Numbers from one to another, both included; `*` is the last there is. */
export interface MessageRange {
  /** From 0 on: whether there is such a message is another question. */
  readonly from: number | "*";
  /** Absent: one number alone. */
  readonly to?: number | "*";
}

/** At least one. */
export type MessageSet = readonly MessageRange[];

/** Reads a set; undefined for what is none. */
export function parseMessageSet(word: string): MessageSet | undefined {
  const ranges: MessageRange[] = [];
  for (const item of word.split(",")) {
    const [, first = "", last] = /^(\d{1,10}|\*)(?:-(\d{1,10}|\*))?$/.exec(item) ?? [];
    if (first === "") return undefined;
    const from = numberOf(first), to = last === undefined ? undefined : numberOf(last);
    // A range that goes down is a mistake.
    if (to !== undefined && (from === "*" || to !== "*" && to < from)) return undefined;
    ranges.push(to === undefined ? { from } : { from, to });
  }
  return ranges;
}

/** Writes a set. */
export function printMessageSet(set: MessageSet): string {
  return set.map(({ from, to }) => to === undefined ? `${from}` : `${from}-${to}`).join(",");
}

/**
 * Those of the numbers from 1 to `count` that a set names: ranges that neither overlap nor touch, ascending, so that no
 * number is looked at twice however often a client names it.
 */
export function resolveMessageSet(set: MessageSet, count: number): NumberRanges {
  const number = (named: number | "*") => named === "*" ? count : named;
  const ranges = set.map(({ from, to = from }) => [Math.max(number(from), 1), Math.min(number(to), count)] as const);
  return mergedRanges(ranges.filter(([from, to]) => from <= to));
}

function numberOf(text: string): number | "*" {
  return text === "*" ? "*" : Number(text);
}
