/** Sets of message numbers in responses: `sequence-set` and `uid-set` (RFC 9051 §9, RFC 4315 §3). */
import type { UidSet } from "../../../../core/contract/mod.ts";

/**
 * `1:3,5`: ascending neighbours as ranges, otherwise in the order given, which COPYUID depends on (RFC 4315 §3). The empty
 * text for no number at all: no response has a place for that.
 */
export function printNumbers(numbers: Iterable<number>): string {
  let text = "";
  let from = 0, to = 0;
  for (const number of numbers) {
    if (number === to + 1 && from > 0) {
      to = number;
      continue;
    }
    if (from > 0) text += `${range(from, to)},`;
    from = to = number;
  }
  return from > 0 ? text + range(from, to) : text;
}

/** A set that has ranges already; those that touch become one. */
export function printUidSet(set: UidSet): string {
  let text = "";
  let from = 0, to = 0;
  for (const entry of set) {
    const [first, last] = typeof entry === "number" ? [entry, entry] : entry;
    if (first === to + 1 && from > 0) {
      to = last;
      continue;
    }
    if (from > 0) text += `${range(from, to)},`;
    from = first;
    to = last;
  }
  return from > 0 ? text + range(from, to) : text;
}

function range(from: number, to: number): string {
  return from === to ? String(from) : `${from}:${to}`;
}
