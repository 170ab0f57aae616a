/** What has changed in a context, as ADDTO, REMOVEFROM and CHANGE say it one after another (RFC 2244 §6.5). Pure. */
import { Counts } from "./counts.ts";

/** An entry of a context. */
export interface Member {
  /** Which: unique. */
  readonly path: string;
  /** What is told of it. */
  readonly printed: string;
}

/** A change; positions count from 1, and are those at its moment: after the changes before it. */
export type Difference<M extends Member> =
  | { readonly is: "added"; readonly member: M; readonly at: number }
  | { readonly is: "removed"; readonly member: M; readonly from: number }
  | { readonly is: "changed"; readonly member: M; readonly from: number; readonly at: number };

/**
 * Changes that make the new list of the old one. Those that have not changed stay in their order, if they can: an entry
 * that was moved is one change, and not one of all others.
 */
export function differences<M extends Member>(before: readonly M[], after: readonly M[]): Difference<M>[] {
  const isThere = new Map(after.map((member) => [member.path, member]));
  const known = new Map(before.map((member) => [member.path, member]));
  const list = before.map(({ path }) => path);
  const found: Difference<M>[] = [];
  // From the end: the positions of those before stay what they are.
  for (const [index, member] of [...before.entries()].reverse()) {
    if (isThere.has(member.path)) continue;
    list.splice(index, 1);
    found.push({ is: "removed", member, from: index + 1 });
  }
  const staying = inOrder(list, after, known);
  // Whoever was there has a place of its own, and behind it those that come after it; the first place is before all.
  const places = new Map(list.map((path, index) => [path, index + 1])), counts = new Counts(list.length + 1);
  for (const place of places.values()) counts.add(place, 1);
  let last = 0;
  for (const member of after) {
    const place = places.get(member.path);
    if (place !== undefined && staying.has(member.path)) {
      last = place;
      continue;
    }
    const from = place === undefined ? 0 : counts.before(place);
    if (place !== undefined) counts.add(place, -1);
    // All that come before it are in place already, the nearest of them at the end of this one.
    const at = counts.before(last + 1);
    counts.add(last, 1);
    const was = known.get(member.path);
    if (was === undefined) found.push({ is: "added", member, at: at + 1 });
    else if (from !== at || was.printed !== member.printed) {
      found.push({ is: "changed", member, from: from + 1, at: at + 1 });
    }
  }
  return found;
}

/** Those of which nothing has changed; none, where their order has. */
function inOrder<M extends Member>(
  list: readonly string[],
  after: readonly M[],
  known: ReadonlyMap<string, M>,
): ReadonlySet<string> {
  const same = new Set(
    after.filter(({ path, printed }) => known.get(path)?.printed === printed).map(({ path }) => path),
  );
  const was = list.filter((path) => same.has(path));
  const is = after.flatMap(({ path }) => same.has(path) ? path : []);
  return was.every((path, index) => path === is[index]) ? same : new Set();
}
