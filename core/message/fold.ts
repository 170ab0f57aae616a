/** Printing header fields: one field a line, folded at white space (RFC 5322 §2.2.3). */
import { isBlank, trimBlanks } from "./field_text.ts";

/** RFC 5322 §2.1.1: lines SHOULD be at most 78 characters. */
const LINE = 78;

/**
 * `Name: value` with CRLF at its end, folded before words that would pass column 78. Unfolding gives the value back. A word
 * longer than a line stays whole. Line ends and NUL in name or value become spaces: a value never starts a new field.
 */
export function printField(name: string, value: string): string {
  const prefix = `${name.replace(/[^!-9;-~]/g, "")}:`;
  const clean = trimBlanks(value.replace(/[\r\n\0]+/g, " "));
  const short = `${prefix} ${clean}`;
  if (short.length <= LINE) return `${short}\r\n`;
  return `${foldLine(short, prefix.length + 1)}\r\n`;
}

/** Folds one line (no CR or LF in it) before white space that comes after `first`, keeping every character. */
function foldLine(line: string, first: number): string {
  let folded = "";
  let start = 0;
  while (line.length - start > LINE) {
    const at = breakAt(line, start, Math.max(first, start + 1));
    if (at < 0) break;
    folded += `${line.slice(start, at)}\r\n`;
    start = at;
  }
  return folded + line.slice(start);
}

/**
 * Where to break: the last white space within the line's length, else the first one after it. Never before a run of white
 * space that ends the text (§4.5 forbids a line of white space only) and never between two white spaces, for the same reason.
 */
function breakAt(line: string, start: number, first: number): number {
  const limit = start + LINE;
  let best = -1;
  for (let at = line.indexOf(" ", first); at >= 0; at = line.indexOf(" ", at + 1)) {
    if (at > limit && best >= 0) break;
    if (!isBlank(line.charCodeAt(at - 1)) && !isBlank(line.charCodeAt(at + 1))) best = at;
    if (best > limit) break;
  }
  return best;
}
