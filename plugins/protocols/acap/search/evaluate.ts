/** Which entries a search finds, and in which order (RFC 2244 §6.4.1, §3.4). */
import type { Turns } from "../../../../core/wire/turns.ts";
import { keyOf } from "../comparators.ts";
import type { Value } from "../datasets/records.ts";
import type { Comparison, Criteria } from "../grammar/criteria.ts";
import type { SortKey } from "../grammar/search_arguments.ts";
import type { Octets } from "../octets.ts";
import { type Candidate, readable } from "./candidates.ts";

/** Whether an entry is meant; `position`: its number in the context that is searched, counted from 1. */
function matches(criteria: Criteria, candidate: Candidate, position: number): boolean {
  switch (criteria.key) {
    case "ALL":
      return true;
    case "NOT":
      return !matches(criteria.of, candidate, position);
    case "AND":
      return criteria.of.every((part) => matches(part, candidate, position));
    case "OR":
      return criteria.of.some((part) => matches(part, candidate, position));
    case "RANGE":
      return position >= criteria.first && position <= criteria.last;
    default:
      return compares(criteria, candidate);
  }
}

/** Those that are meant, in their order. */
export async function filtered(
  criteria: Criteria,
  candidates: readonly Candidate[],
  turns: Turns,
): Promise<Candidate[]> {
  const found: Candidate[] = [];
  for (const [index, candidate] of candidates.entries()) {
    if (matches(criteria, candidate, index + 1)) found.push(candidate);
    if (turns.isDue) await turns.take();
  }
  return found;
}

/** In the order that is asked for; those that are the same stay as they were. */
export async function sorted(
  candidates: readonly Candidate[],
  keys: readonly SortKey[],
  turns: Turns,
): Promise<readonly Candidate[]> {
  if (keys.length === 0) return candidates;
  const keyed: { readonly candidate: Candidate; readonly values: readonly (Octets | undefined)[] }[] = [];
  for (const candidate of candidates) {
    // Once an entry, and not with each comparison.
    const values = keys.map(({ attribute, comparator }) => keyOf(comparator, single(readable(candidate, attribute))));
    keyed.push({ candidate, values });
    if (turns.isDue) await turns.take();
  }
  keyed.sort((a, b) => {
    for (const [index, { comparator }] of keys.entries()) {
      const order = comparator.order(a.values[index], b.values[index]);
      if (order !== 0) return order;
    }
    return 0;
  });
  return keyed.map(({ candidate }) => candidate);
}

function compares({ key, attribute, comparator, value }: Comparison, candidate: Candidate): boolean {
  // RFC 2244 §3.5: with the right x alone, EQUAL by i;octet and nothing else.
  const mayProbe = key === "EQUAL" && /^[+-]?i;octet$/i.test(comparator.name);
  const found = readable(candidate, attribute, mayProbe);
  // §3.4: NIL is equal only to itself.
  if (value === undefined) return found === undefined;
  const wanted = comparator.key(value);
  switch (key) {
    case "EQUAL":
      return any(found, (its) => comparator.key(its) === wanted);
    case "PREFIX":
      return any(found, (its) => comparator.key(its).startsWith(wanted));
    case "SUBSTRING":
      return any(found, (its) => comparator.key(its).includes(wanted));
    case "COMPARE":
      return comparator.order(keyOf(comparator, single(found)), wanted) >= 0;
    case "COMPARESTRICT":
      return comparator.order(keyOf(comparator, single(found)), wanted) > 0;
  }
}

/** RFC 2244 §3.4: a multi-value is met by any of its values. */
function any(found: Value | undefined, isMet: (value: Octets) => boolean): boolean {
  if (found === undefined) return false;
  return typeof found === "string" ? isMet(found) : found.some(isMet);
}

/** RFC 2244 §3.4: multi-values and NIL have no order. */
function single(value: Value | undefined): Octets | undefined {
  return typeof value === "string" ? value : undefined;
}
