/** All entries of a dataset and of those below it (RFC 2244 §6.4.1, DEPTH). */
import type { Tree } from "../datasets/tree.ts";
import { isVisible, type View } from "../datasets/view.ts";
import { type DatasetName, printDatasetName } from "../grammar/names.ts";
import type { Octets } from "../octets.ts";
import { CommandRefused, no } from "../replies.ts";
import { type Candidate, candidateOf, readable } from "./candidates.ts";

/** What is to be gone through. */
export interface Source {
  /** Where to begin, as the client wrote it. */
  readonly dataset: DatasetName;
  /** Levels; 0: all. Absent: one, and entries are known by their names. */
  readonly depth?: number;
  /** Whether what is inherited is left out. */
  readonly noInherit?: true;
}

/** What was gone through. */
export interface Traversed {
  /** In their order. */
  readonly candidates: readonly Candidate[];
  /** Datasets that are elsewhere, and where (RFC 2244 §6.4.4). */
  readonly referrals: readonly { readonly dataset: DatasetName; readonly urls: readonly Octets[] }[];
}

/**
 * Levels and entries at most: datasets that inherit from what is above them go on without end.
 */
const DEEPEST = 100, MOST_ENTRIES = 100_000;

/** Goes through a dataset; undefined where there is none. */
export async function traverse(
  tree: Tree,
  { dataset, depth, noInherit }: Source,
): Promise<Traversed | undefined> {
  const inherits = noInherit === undefined, top = await tree.find(dataset, inherits);
  if (top === undefined) return undefined;
  const candidates: Candidate[] = [], referrals: Traversed["referrals"][number][] = [];
  const last = Math.min(depth === undefined ? 1 : depth || DEEPEST, DEEPEST);

  const visit = async (view: View, name: DatasetName, level: number): Promise<void> => {
    const path = printDatasetName(view.rules.dataset), shown = depth === undefined ? "" : printDatasetName(name);
    const its: Candidate[] = [];
    for (const entry of view.entries.values()) {
      if (isVisible(view.rules, entry)) {
        its.push(candidateOf(view, entry, `${path}${entry.name}`, `${shown}${entry.name}`));
      }
      if (tree.turns.isDue) await tree.turns.take();
    }
    if (candidates.length + its.length > MOST_ENTRIES) {
      throw new CommandRefused(no(`More than ${MOST_ENTRIES} entries would have to be looked at`));
    }
    for (const candidate of its) candidates.push(candidate);
    if (level === last) return;
    for (const candidate of its) {
      await tree.turns.take();
      const urls = readable(candidate, "subdataset"), { name: last } = candidate.entry;
      if (typeof urls !== "object" || last === "") continue;
      const below = [...name, last];
      if (!urls.includes(".")) referrals.push({ dataset: below, urls });
      const found = urls.includes(".") ? await tree.find(below, inherits) : undefined;
      if (found !== undefined) await visit(found, below, level + 1);
    }
  };
  await visit(top, dataset, 1);
  return { candidates, referrals };
}
