/** Contexts of a session (RFC 2244 §3.3): what a search has found, under a name. */
import type { AccountId } from "../../../../core/contract/mod.ts";
import type { NewContext, Wanted } from "../grammar/search_arguments.ts";
import { printReturned } from "../printing/entries.ts";
import type { Candidate } from "../search/candidates.ts";
import type { Search } from "../search/run.ts";
import type { Member } from "./differences.ts";

/** An entry of a context. */
export interface ContextEntry extends Member {
  /** It. */
  readonly candidate: Candidate;
}

/** A context. */
export interface Context {
  /** What it was made with. */
  readonly given: NewContext;
  /** What finds its entries. */
  readonly search: Search;
  /** What is told of them. */
  readonly returned: readonly Wanted[];
  /** What it holds. */
  readonly entries: readonly ContextEntry[];
  /** The client has been told all changes up to this, in microseconds. */
  readonly modtime: number;
  /** Whose datasets it depends on. */
  readonly owners: ReadonlySet<AccountId>;
}

/** Entries of a context. */
export function contextEntries(found: readonly Candidate[], returned: readonly Wanted[]): ContextEntry[] {
  return found.map((candidate) => ({
    ...{ candidate, path: candidate.path },
    printed: printReturned(candidate, returned),
  }));
}

/** Octets that a context keeps, about. */
export function sizeOf({ entries, search }: Pick<Context, "entries" | "search">): number {
  return entries.reduce(
    (sum, { candidate, path, printed }) => sum + candidate.entry.size + path.length + printed.length,
    search.size,
  );
}
