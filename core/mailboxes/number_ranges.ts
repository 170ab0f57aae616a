/** Sets of UIDs or of message numbers (RFC 9051 §4.1.1) as ranges, so that large ones are small. Pure. */

/** Ascending: ranges with both ends included, which neither overlap nor touch. */
export type NumberRanges = readonly (readonly [from: number, to: number])[];

/** The numbers that are in any of these, which may come in any order, and overlap. */
export function mergedRanges(given: NumberRanges): [from: number, to: number][] {
  const merged: [number, number][] = [];
  for (const [from, to] of given.toSorted(([a], [b]) => a - b)) {
    const last = merged.at(-1);
    if (last === undefined || from > last[1] + 1) merged.push([from, to]);
    else if (to > last[1]) last[1] = to;
  }
  return merged;
}

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
