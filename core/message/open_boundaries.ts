/** The boundaries of the multiparts that are open (RFC 2046 §5.1.1), and which of them a line is. */
import { textOf } from "./field_text.ts";

/** RFC 2046 §5.1.1 allows 70 characters; longer ones are seen. */
export const LONGEST_BOUNDARY = 250;

/** What a boundary line does: `level` is that of the multipart, as given to `open`. */
export interface BoundaryLine {
  /** The multipart's level, as given to `open`. */
  readonly level: number;
  /** Whether it is the last one: `--boundary--`. */
  readonly closes: boolean;
}

/** A stack of boundaries with look-up that costs the length of the line, however many are open. */
export class OpenBoundaries {
  readonly #stack: { readonly boundary: string; readonly level: number }[] = [];
  readonly #levels = new Map<string, number[]>();

  /** Whether there is none: then no line needs to be looked at. */
  get none(): boolean {
    return this.#stack.length === 0;
  }

  /** Opens one; an empty or endless one is none. Levels only grow. */
  open(boundary: string, level: number): void {
    if (boundary === "" || boundary.length > LONGEST_BOUNDARY) return;
    this.#stack.push({ boundary, level });
    const levels = this.#levels.get(boundary);
    if (levels) levels.push(level);
    else this.#levels.set(boundary, [level]);
  }

  /** Closes those of this level and deeper. */
  closeFrom(level: number): void {
    for (let last = this.#stack.at(-1); last && last.level >= level; last = this.#stack.at(-1)) {
      this.#stack.pop();
      const levels = this.#levels.get(last.boundary);
      levels?.pop();
      if (levels?.length === 0) this.#levels.delete(last.boundary);
    }
  }

  /** Closes all. */
  closeAll(): void {
    this.closeFrom(0);
  }

  /**
   * Which boundary a line beginning with "--" is. The whole line is compared, white space at its end aside; of equal
   * boundaries the innermost counts. Then RFC 2046 §5.1.1's rule that the beginning of the line is enough, but only for the
   * innermost boundary: nested boundaries that begin alike (`a` in a multipart of `a1`) are common.
   */
  match(line: Uint8Array): BoundaryLine | undefined {
    let end = line.length;
    while (end > 2 && isWhiteSpace(line[end - 1])) end--;
    const text = textOf(line.subarray(2, end));
    const level = this.#levels.get(text)?.at(-1);
    if (level !== undefined) return { level, closes: false };
    if (text.endsWith("--")) {
      const closed = this.#levels.get(text.slice(0, -2))?.at(-1);
      if (closed !== undefined) return { level: closed, closes: true };
    }
    const innermost = this.#stack.at(-1);
    if (!innermost || !text.startsWith(innermost.boundary)) return undefined;
    return { level: innermost.level, closes: text.startsWith("--", innermost.boundary.length) };
  }
}

function isWhiteSpace(octet: number | undefined): boolean {
  return octet === 32 || octet === 9 || octet === 13 || octet === 10;
}
