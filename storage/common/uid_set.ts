/** Sets of UIDs (RFC 9051 §4.1.1) as sorted ranges that do not touch. */
import type { UidSet } from "../../core/contract/mailbox.ts";
import { mergedRanges } from "../../core/mailboxes/number_ranges.ts";

/** Both ends included. */
export type UidRange = readonly [from: number, to: number];

/** The ranges of a set; a range may be given with its ends in either order. */
export function uidRanges(uids: UidSet): UidRange[] {
  return mergedRanges(
    uids.map((item) => typeof item === "number" ? [item, item] : [Math.min(...item), Math.max(...item)]),
  );
}

/** As results give them: single UIDs where a range has only one. */
export function asUidSet(ranges: readonly UidRange[]): UidSet {
  return ranges.map(([from, to]) => from === to ? from : [from, to] as const);
}
