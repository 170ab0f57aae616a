/** Datasets in memory: what operations do to them, and what is read of them. */
import type {
  Dataset,
  DatasetOperation,
  DatasetOwner,
  DatasetPlace,
  DatasetSelection,
} from "../../core/contract/datasets.ts";
import { changedMeanwhile, entryOctets, knownChange, mostRemoved, refuseTooMuch } from "../common/dataset_entries.ts";
import type { Changes, State } from "./state.ts";

/** An entry, or without a value one that was removed. */
interface StoredEntry {
  readonly path: string;
  readonly name: string;
  readonly modtime: number;
  readonly value?: Uint8Array;
}

/** All entries of an owner. */
export interface StoredDatasets {
  /** By path and name. */
  readonly entries: ReadonlyMap<string, StoredEntry>;
  /** When they were last changed. */
  readonly modtime: number;
  /** Removals after this are all there. */
  readonly remembersSince: number;
}

const none: StoredDatasets = { entries: new Map(), modtime: 0, remembersSince: 0 };

/** Stores and removes. @throws Refusal `not-found`, `conflict`, `invalid`, `too-large`, `over-quota`. */
export function storeEntries(state: State, changes: Changes, operation: DatasetOperation, now: Date): void {
  const { owner, asOf, most } = operation;
  if (owner !== "everybody") state.account(owner);
  const before = state.datasets.get(owner) ?? none;
  if (before.modtime > asOf) throw changedMeanwhile();
  const entries = new Map(before.entries);
  let { modtime } = before;
  for (const { path, name, value } of operation.entries.map(knownChange)) {
    const key = `${path}${name}`;
    if (value === undefined && entries.get(key)?.value === undefined) continue;
    modtime = state.nextModtime(now);
    entries.set(key, { path, name, modtime, ...value !== undefined && { value: value.slice() } });
  }
  if (modtime === before.modtime) return;
  refuseTooMuch(octetsOf(entries.values()), octetsOf(before.entries.values()), most);
  const removed = [...entries].filter(([, { value }]) => value === undefined)
    .sort(([, a], [, b]) => b.modtime - a.modtime);
  let { remembersSince } = before;
  for (const [key, { modtime }] of removed.slice(mostRemoved)) {
    entries.delete(key);
    remembersSince = Math.max(remembersSince, modtime);
  }
  changes.set(state.datasets, owner, { entries, modtime, remembersSince });
  for (const id of owner === "everybody" ? state.accounts.keys() : [owner]) changes.touchedAccounts.add(id);
}

/** One dataset. */
export function readDataset(state: State, { owner, path }: DatasetPlace, select: DatasetSelection): Dataset {
  const { names, removedSince = Infinity } = select;
  const { entries, remembersSince } = state.datasets.get(owner) ?? none;
  const its = [...entries.values()].filter((entry) => entry.path === path);
  return {
    entries: its.flatMap(({ name, modtime, value }) =>
      value === undefined || names?.includes(name) === false ? [] : { name, modtime, value: value.slice() }
    ),
    removed: its.filter(({ value, modtime }) => value === undefined && modtime > removedSince)
      .sort((a, b) => a.modtime - b.modtime).map(({ name, modtime }) => ({ name, modtime })),
    remembersSince,
    modtime: state.lastModtime,
  };
}

/** Where there are entries, in no order. */
export function datasetPlaces(state: State, below: string, wanted?: DatasetOwner): DatasetPlace[] {
  return [...state.datasets].filter(([owner]) => wanted === undefined || owner === wanted)
    .flatMap(([owner, { entries }]) => {
      const filled = [...entries.values()].filter(({ path, value }) => value !== undefined && path.startsWith(below));
      return [...new Set(filled.map(({ path }) => path))].map((path) => ({ owner, path }));
    });
}

/** Of an owner. */
export function datasetOctets(state: State, owner: DatasetOwner): number {
  return octetsOf((state.datasets.get(owner) ?? none).entries.values());
}

function octetsOf(entries: Iterable<StoredEntry>): number {
  let octets = 0;
  for (const { path, name, value } of entries) if (value !== undefined) octets += entryOctets(path, name, value);
  return octets;
}
