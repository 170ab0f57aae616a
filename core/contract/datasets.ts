/** Datasets (RFC 2244 §1.2): entries by name, of an account or of everybody. What they hold the storage does not know. */
import type { AccountId } from "./identifiers.ts";

/** Reads see committed state, also what another process has just changed. */
export interface Datasets {
  /** One moment's state of a dataset; one that nobody has stored in has no entries. */
  dataset(place: DatasetPlace, select?: DatasetSelection): Promise<Dataset>;
  /** Where there are entries below a path, by path; of one account, of everybody, or without an owner of all of them. */
  datasets(below: string, owner?: DatasetOwner): Promise<readonly DatasetPlace[]>;
  /** Octets of an owner's entries, with their paths and names, and a hundred for each. */
  datasetOctets(owner: DatasetOwner): Promise<number>;
}

/** Whose entries: an account's, which go when it goes, or everybody's. */
export type DatasetOwner = AccountId | "everybody";

/** A dataset. */
export interface DatasetPlace {
  /** Whose. */
  readonly owner: DatasetOwner;
  /** Components separated by `/`, also at both ends. */
  readonly path: string;
}

/** What of a dataset is wanted. */
export interface DatasetSelection {
  /** Only the entries of these names; absent: all. */
  readonly names?: readonly string[];
  /** Also the removals after this modtime. */
  readonly removedSince?: number;
}

/** What is in a dataset. */
export interface Dataset {
  /** In the order of their names' octets. */
  readonly entries: readonly DatasetEntry[];
  /** Removed since `removedSince`, in the order in which they were; empty when that was not asked. */
  readonly removed: readonly { readonly name: string; readonly modtime: number }[];
  /** Removals that came after this modtime are all remembered; of those before, some may be forgotten. */
  readonly remembersSince: number;
  /** The latest modtime that there was at that moment, of whatever dataset; 0 before the first. */
  readonly modtime: number;
}

/** An entry. */
export interface DatasetEntry {
  /** Unique in its dataset; may be empty. */
  readonly name: string;
  /**
   * When it was stored: microseconds since 1970, but no two are ever the same, and the later one is always greater, also
   * where the clock was set back.
   */
  readonly modtime: number;
  /** Octets. */
  readonly value: Uint8Array;
}

/** Changes to datasets, as data. */
export type DatasetOperation =
  /** Those who watch the owner are told; those who watch any account, where it is everybody. */
  {
    readonly do: "storeEntries";
    /** Whose. */
    readonly owner: DatasetOwner;
    /** Refused as a conflict when something of the owner's was stored or removed after this modtime. */
    readonly asOf: number;
    /** Octets of all its entries, as `datasetOctets` counts them; refused as over quota when there would be more, and more than before. */
    readonly most: number;
    /** Without a value: removed, and that is remembered; nothing where there is no such entry. */
    readonly entries: readonly { readonly path: string; readonly name: string; readonly value?: Uint8Array }[];
  };
