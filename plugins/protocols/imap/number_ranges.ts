/** Sets of numbers as ranges, and ascending numbers one by one. */
import { mergedRanges, type NumberRanges } from "../../../core/mailboxes/number_ranges.ts";

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

/** Numbers that are in one of them. */
export function joinedRanges(all: readonly NumberRanges[]): NumberRanges {
  return mergedRanges(all.flat());
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
