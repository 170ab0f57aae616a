/** The name that was probably meant: Damerau-Levenshtein distance, adjacent letters may be exchanged. */

/**
 * The known name that is nearest to what was written, or undefined when none is near. Near is one edit for every three
 * letters, and at least one; case and the choice of `-` or `_` cost nothing.
 */
export function nearestName(written: string, known: Iterable<string>): string | undefined {
  const target = fold(written);
  let best: { readonly name: string; readonly distance: number } | undefined;
  for (const name of known) {
    const candidate = fold(name);
    const most = Math.max(1, Math.floor(Math.max(candidate.length, target.length) / 3));
    // Their lengths alone are too far apart: also keeps a megabyte of noise from being compared.
    if (Math.abs(candidate.length - target.length) > most) continue;
    const distance = editDistance(target, candidate);
    if (distance <= most && (best === undefined || distance < best.distance)) best = { name, distance };
  }
  return best?.name;
}

/** Insertions, deletions, substitutions and exchanges of neighbours that turn one text into the other. */
export function editDistance(from: string, to: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      let cost = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]) {
        cost = Math.min(cost, at(beforeLast, column - 2) + 1);
      }
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return at(last, to.length);
}

const at = (row: readonly number[], column: number): number => row[column] ?? Infinity;
const fold = (name: string): string => name.toLowerCase().replaceAll("-", "_");
