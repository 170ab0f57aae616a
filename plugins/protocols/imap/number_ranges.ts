/** Questions about sets of numbers: ranges that are ascending and apart, as the grammar resolves them. */
import { type NumberRanges, resolvedRanges } from "./grammar/sequence_set.ts";

/** Whether a number is in one of them. */
export function isInRanges(number: number, ranges: NumberRanges): boolean {
  let low = 0, high = ranges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ranges[middle]?.[1] ?? 0) < number) low = middle + 1;
    else high = middle;
  }
  return (ranges[low]?.[0] ?? Infinity) <= number;
}

/** How many of ascending numbers are lower. */
export function placeIn(numbers: Uint32Array, number: number): number {
  let low = 0, high = numbers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((numbers[middle] ?? 0) < number) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Numbers that are in both. */
export function commonRanges(some: NumberRanges, others: NumberRanges): NumberRanges {
  const common: [number, number][] = [];
  for (let at = 0, other = 0; at < some.length && other < others.length;) {
    const [from, to] = some[at] ?? [0, 0], [otherFrom, otherTo] = others[other] ?? [0, 0];
    const low = Math.max(from, otherFrom), high = Math.min(to, otherTo);
    if (low <= high) common.push([low, high]);
    if (to < otherTo) at++;
    else other++;
  }
  return common;
}

/** Numbers that are in one of them. */
export function joinedRanges(all: readonly NumberRanges[]): NumberRanges {
  return resolvedRanges(all.flat(), 0);
}

/** Those of ascending numbers that are in the ranges. */
export function numbersIn(numbers: Uint32Array, ranges: NumberRanges): Uint32Array {
  const found = new Uint32Array(numbers.length);
  let count = 0, at = 0;
  for (const number of numbers) {
    while (at < ranges.length && (ranges[at]?.[1] ?? 0) < number) at++;
    if (at === ranges.length) break;
    if ((ranges[at]?.[0] ?? Infinity) <= number) found[count++] = number;
  }
  return found.subarray(0, count);
}
