/** Entries that a search may find, and what the user may know of them (RFC 2244 §3.5). */
import type { Value } from "../datasets/records.ts";
import type { Rules } from "../datasets/rules.ts";
import { type Entry, rightsTo, valueOf, type View } from "../datasets/view.ts";

/** An entry, and where it is. */
export interface Candidate {
  /** Its path from the top, as everybody may name it: unique. */
  readonly path: string;
  /** What the client knows it by: its name, or with DEPTH its path as the client began it. */
  readonly shown: string;
  /** It. */
  readonly entry: Entry;
  /** Who may do what in its dataset. */
  readonly rules: Rules;
  /** Whether its strings are sent as literals. */
  readonly isAllLiterals: boolean;
}

/** A candidate of a view. */
export function candidateOf(view: View, entry: Entry, path: string, shown: string): Candidate {
  return { ...{ path, shown, entry }, rules: view.rules, isAllLiterals: view.isAllLiterals === true };
}

/** The value of an attribute, NIL where the user may not read it; `mayProbe`: or not search for it exactly. */
export function readable({ entry, rules }: Candidate, attribute: string, mayProbe = false): Value | undefined {
  const rights = rightsTo(rules, entry, attribute);
  return rights.includes("r") || mayProbe && rights.includes("x") ? valueOf(entry, attribute) : undefined;
}
