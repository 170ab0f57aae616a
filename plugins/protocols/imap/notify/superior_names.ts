/** Levels of names (RFC 9051 §5.1.1). */

/** The names above a name, the nearest first. */
export function* superiorNames(name: string): Generator<string> {
  for (let end = name.lastIndexOf("/"); end > 0; end = name.lastIndexOf("/", end - 1)) yield name.slice(0, end);
}
