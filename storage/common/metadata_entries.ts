/** Entries of metadata (RFC 5464 §3.2) as storages keep them: names in lower case, all of it bounded. */
import { Refusal } from "../../core/contract/refusal.ts";

/** A change of an entry: its new value, or none when it is removed. */
export type EntryChange = readonly [name: string, value: Uint8Array | undefined];

/** Octets of a name and of a value. */
const longestName = 1000, largestValue = 64 * 1024;
/** Entries of a place, and octets of all their values: whoever reads one entry may be given all. */
const mostEntries = 1000, mostOctets = 1024 * 1024;

/** Changes with the names that they are kept by. @throws Refusal `invalid`, `too-large`. */
export function knownEntries(entries: readonly EntryChange[]): EntryChange[] {
  return entries.map(([name, value]) => {
    if (name.length > longestName || (value?.length ?? 0) > largestValue) {
      throw new Refusal("too-large", "that entry is too large");
    }
    // RFC 5464 §3.2: components begin with a slash and are not empty, without wildcards and controls; §3.2.1.1: the
    // printable octets of ASCII are what is left. With a colon instead, it is a server's own.
    if (!/^(?:(?:\/[ -$&-)+-.0-~]+)+|:[a-z]+)$/.test(name)) {
      throw new Refusal("invalid", "that is not the name of an entry");
    }
    // RFC 5464 §3.2: entry names are case-insensitive.
    return [name.toLowerCase(), value];
  });
}

/** A place would have so many. @throws Refusal `too-large` when that is more than it may. */
export function refuseTooManyEntries({ count, octets }: { readonly count: number; readonly octets: number }): void {
  if (count > mostEntries || octets > mostOctets) throw new Refusal("too-large", "there are too many entries");
}
