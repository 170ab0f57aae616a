/** Entries of datasets (RFC 2244) as storages keep them: all of it bounded. */
import type { DatasetOperation } from "../../core/contract/datasets.ts";
import { Refusal } from "../../core/contract/refusal.ts";

/** A change of an entry: its new value, or none when it is removed. */
export type DatasetChange = DatasetOperation["entries"][number];

/** Removals that are remembered of one owner: the latest. */
export const mostRemoved = 1000;

/** Octets of a path and of a name, and of a value. */
const longestName = 4096, largestValue = 1024 * 1024;

/** What an entry counts besides its octets: many small ones are as much work as a few large ones. */
const EACH = 100;

const encoder = new TextEncoder();

/** An entry that can be kept. @throws Refusal `invalid`, `too-large`. */
export function knownChange(change: DatasetChange): DatasetChange {
  const { path, name, value } = change;
  if (!/^\/(?:[^/]+\/)*$/.test(path) || name.includes("/")) {
    throw new Refusal("invalid", "that is not the name of an entry");
  }
  const octets = entryOctets(path, name);
  if (octets > longestName || (value?.length ?? 0) > largestValue) {
    throw new Refusal("too-large", "that entry is too large");
  }
  return change;
}

/** What counts of an entry. */
export function entryOctets(path: string, name: string, value: { readonly length: number } = { length: 0 }): number {
  return EACH + encoder.encode(path).length + encoder.encode(name).length + value.length;
}

/** The modtime that follows another. @param now Milliseconds. */
export function nextModtime(last: number, now: number): number {
  return Math.max(last + 1, now * 1000);
}

/** An owner's datasets were changed after a reader had looked. */
export function changedMeanwhile(): Refusal {
  return new Refusal("conflict", "it was changed meanwhile");
}

/** An owner would have so many octets. @throws Refusal `over-quota`. */
export function refuseTooMuch(octets: number, before: number, most: number): void {
  if (octets > most && octets > before) throw new Refusal("over-quota", "the datasets are full");
}
