/** Entries of datasets as the storage keeps them: what was stored in this dataset itself, nothing inherited. */
import type { Octets } from "../octets.ts";

/** What an attribute holds: a value or several; undefined is NIL. */
export type Value = Octets | readonly Octets[];

/** An attribute of an entry. */
export interface StoredAttribute {
  /** Null: NIL, also where a value would be inherited. Absent: what is inherited. */
  readonly value?: Value | null;
  /** Absent: that of the attribute or of the dataset. */
  readonly acl?: readonly Octets[];
}

/** What was stored in an entry. "gone": removed, also where it would be inherited. */
export type EntryRecord = ReadonlyMap<string, StoredAttribute> | "gone";

/** The octets that are kept. */
export function encodeRecord(record: EntryRecord): Uint8Array {
  const kept = record === "gone" ? record : [...record];
  return new TextEncoder().encode(JSON.stringify(kept));
}

/** The record of octets that `encodeRecord` has made. */
export function decodeRecord(octets: Uint8Array): EntryRecord {
  const kept: "gone" | [string, StoredAttribute][] = JSON.parse(new TextDecoder().decode(octets));
  return kept === "gone" ? kept : new Map(kept);
}

/** What was stored in an entry. */
export class StoredEntry {
  /** In microseconds. */
  readonly modtime: number;
  /** Octets. */
  readonly size: number;
  readonly #octets: Uint8Array;
  #record: EntryRecord | undefined;

  /** Nothing is decoded before it is asked for: of many entries, few are. */
  constructor(octets: Uint8Array, modtime: number) {
    this.#octets = octets;
    this.modtime = modtime;
    this.size = octets.length;
  }

  /** It. */
  get record(): EntryRecord {
    return this.#record ??= decodeRecord(this.#octets);
  }
}
