/** A search from its source to what it finds (RFC 2244 §6.4.1). */
import type { Tree } from "../datasets/tree.ts";
import type { Criteria } from "../grammar/criteria.ts";
import type { SortKey } from "../grammar/search_arguments.ts";
import { noSuchDataset } from "../replies.ts";
import type { Candidate } from "./candidates.ts";
import { filtered, sorted } from "./evaluate.ts";
import { type Source, traverse, type Traversed } from "./traverse.ts";

/** What is looked for. */
export interface Search {
  /** Where. */
  readonly source: Source;
  /** Which entries. */
  readonly criteria: Criteria;
  /** In which order; none: that of the dataset. */
  readonly sort: readonly SortKey[];
  /** Octets of what clients have written for it. */
  readonly size: number;
  /** Searches that it is made of: a context of a context has more than one. */
  readonly parts: number;
}

/** What was found. */
export interface Found extends Pick<Traversed, "referrals"> {
  /** In the order that was asked for. */
  readonly entries: readonly Candidate[];
}

/** Looks in a dataset, and in those below it. @throws CommandRefused where there is none. */
export async function runSearch(tree: Tree, { source, criteria, sort }: Search): Promise<Found> {
  const traversed = await traverse(tree, source);
  if (traversed === undefined) throw noSuchDataset(source.dataset);
  const found = await filtered(criteria, traversed.candidates, tree.turns);
  return { entries: await sorted(found, sort, tree.turns), referrals: traversed.referrals };
}
