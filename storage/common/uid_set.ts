/** Sets of UIDs (RFC 9051 §4.1.1) as sorted ranges that do not touch. */
import type { UidSet } from "../../core/contract/mailbox.ts";

/** Both ends included. */
export type UidRange = readonly [from: number, to: number];

/** The ranges of a set, sorted, merged; a range may be given with its ends in either order. */
export function uidRanges(uids: UidSet): UidRange[] {
  const given = uids.map((item): UidRange =>
    typeof item === "number" ? [item, item] : [Math.min(...item), Math.max(...item)]
  );
  const merged: [number, number][] = [];
  for (const [from, to] of given.sort((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}

/** Whether a UID is in ranges that `uidRanges` gave. */
export function isInRanges(uid: number, ranges: readonly UidRange[]): boolean {
  let low = 0, high = ranges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ranges[middle]?.[1] ?? 0) < uid) low = middle + 1;
    else high = middle;
  }
  return (ranges[low]?.[0] ?? Infinity) <= uid;
}

/** The part of ranges that other ranges cover as well. */
export function commonRanges(ranges: readonly UidRange[], others: readonly UidRange[]): UidRange[] {
  const common: UidRange[] = [];
  for (let at = 0, other = 0; at < ranges.length && other < others.length;) {
    const [from, to] = ranges[at] ?? [0, 0], [otherFrom, otherTo] = others[other] ?? [0, 0];
    if (Math.max(from, otherFrom) <= Math.min(to, otherTo)) {
      common.push([Math.max(from, otherFrom), Math.min(to, otherTo)]);
    }
    if (to < otherTo) at++;
    else other++;
  }
  return common;
}

/** As results give them: single UIDs where a range has only one. */
export function asUidSet(ranges: readonly UidRange[]): UidSet {
  return ranges.map(([from, to]) => from === to ? from : [from, to] as const);
}
