/** What the index is asked: three characters in a row, as FTS5's trigram tokenizer has them (sqlite.org/fts5.html §4.3.4). */

/** Trigrams that are asked for at once: more of them rule out little more. */
const MOST = 16;

/** A query for messages that have a text of these keys. Undefined where one is too short to be asked for. */
export function trigramQuery(keys: readonly string[]): string | undefined {
  const parts: string[] = [];
  for (const key of keys) {
    const trigrams = someTrigrams(key);
    if (trigrams.length === 0) return undefined;
    parts.push(`(${trigrams.map(quoted).join(" AND ")})`);
  }
  return parts.length === 0 ? undefined : parts.join(" OR ");
}

/** Characters are code points here. FTS5 passes over NUL, which nobody looks for. */
function someTrigrams(key: string): string[] {
  const characters = Array.from(key.replaceAll("\0", "\n"));
  const count = characters.length - 2;
  if (count < 1) return [];
  const found = new Set<string>();
  for (let nth = 0; nth < Math.min(count, MOST); nth++) {
    // Spread over the whole of it.
    const at = count <= MOST ? nth : Math.round(nth * (count - 1) / (MOST - 1));
    found.add(characters.slice(at, at + 3).join(""));
  }
  return [...found];
}

/** A string of FTS5's query language. */
function quoted(trigram: string): string {
  return `"${trigram.replaceAll('"', '""')}"`;
}
