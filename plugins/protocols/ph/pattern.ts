/** Search strings (RFC 2378 §2.3): without regard to case, with wildcards, in time that does not depend on how many. */

/** One character of a pattern: any, one of some, or as many as you like. */
type Part = "any" | "many" | ReadonlySet<string>;

/** A search string. */
export class Pattern {
  readonly #parts: readonly Part[];
  /** How many characters it begins with that are no wildcards: what a search can start from. */
  readonly fixed: number;

  /** Of `*` for any number of characters, `+` for one or more, `?` for one, `[ei]` for one of these. */
  constructor(text: string) {
    const written = text.toLowerCase().match(/\[[^\]]+\]|[^]/gu) ?? [];
    this.#parts = written.flatMap((part): Part[] => {
      if (part === "*") return ["many"];
      if (part === "+") return ["any", "many"];
      if (part === "?") return ["any"];
      return [new Set(part.length > 2 && part.startsWith("[") ? part.slice(1, -1) : [part])];
    });
    const wild = written.findIndex((part) => /^[*+?]$|^\[.+\]$/.test(part));
    this.fixed = wild < 0 ? written.length : wild;
  }

  /** Whether all of a text is what is searched for. */
  matches(text: string): boolean {
    const characters = [...text.toLowerCase()], parts = this.#parts;
    let at = 0, part = 0, many = -1, taken = 0;
    while (at < characters.length) {
      const wanted = parts[part];
      if (wanted === "many") {
        // As few as possible first; more whenever the rest does not fit.
        many = part++;
        taken = at;
      } else if (wanted === "any" || wanted !== undefined && wanted.has(characters[at] ?? "")) {
        at++;
        part++;
      } else if (many >= 0) {
        part = many + 1;
        at = ++taken;
      } else return false;
    }
    return parts.slice(part).every((rest) => rest === "many");
  }
}

/** RFC 2378 §2.3: what parts words. */
const delimiters = /[ \t\n,;:]+/;

/** Whether a search string is all of a value, or one of its words. */
export function isIn(pattern: Pattern, value: string, moreWords: readonly string[] = []): boolean {
  return [value, ...value.split(delimiters), ...moreWords].some((text) => pattern.matches(text));
}
