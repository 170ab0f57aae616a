/** Questions about sets of numbers: ranges that are ascending and apart, as the grammar resolves them. */
import type { NumberRanges } from "./grammar/sequence_set.ts";

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
