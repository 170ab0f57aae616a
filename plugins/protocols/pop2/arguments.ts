/** Command lines of POP2 (RFC 937, Formal Syntax): a keyword, and words between spaces, in which a backslash quotes. */
import { decodeUtf8 } from "../../../core/wire/utf8.ts";

/** A line that was read. */
export interface CommandLine {
  /** In upper case. */
  readonly keyword: string;
  /** Unquoted. */
  readonly words: readonly string[];
}

/** Reads a line, given without its CRLF; undefined for what is none. Passwords may be UTF-8: RFC 937 knows no others. */
export function readCommandLine(line: Uint8Array): CommandLine | undefined {
  const text = decodeUtf8(line);
  const [keyword, ...words] = (text === undefined ? undefined : readWords(text)) ?? [];
  return keyword === undefined ? undefined : { keyword: keyword.toUpperCase(), words };
}

/** RFC 937, Quoting: backslash and space is a space, and so on; undefined where something is quoted that is not there. */
export function readWords(text: string): string[] | undefined {
  const words: string[] = [];
  for (let rest = text.replace(/^ +/, ""); rest !== "";) {
    const [whole = "", quoted] = /^((?:\\.|[^\\ ])+)(?: +|$)/su.exec(rest) ?? [];
    if (quoted === undefined) return undefined;
    const word = quoted.replace(/\\(.)/gsu, "$1");
    // A control character may be quoted by the grammar; no name and no password here has one.
    if (/\p{Cc}/u.test(word)) return undefined;
    words.push(word);
    rest = rest.slice(whole.length);
  }
  return words;
}

/** A word, quoted where it has to be. */
export function printWord(word: string): string {
  return word.replace(/[\\ ]/g, "\\$&");
}
