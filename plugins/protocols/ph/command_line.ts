/** Command lines of Ph (RFC 2378 §2.1, appendix C): a keyword and words, which may be quoted and may have an attribute. */

/** A word. */
export interface Word {
  /** What stands before "=", in lower case; absent: there is none. */
  readonly attribute?: string;
  /** Unquoted. */
  readonly value: string;
  /** Whether a part of it was quoted: such a word is no keyword. */
  readonly isQuoted: boolean;
}

/** A line that was read. */
export interface CommandLine {
  /** As it was written: RFC 2378 §2.1 has it in lower case, and old clients do not know. */
  readonly keyword: string;
  /** What follows it. */
  readonly words: readonly Word[];
}

/** Appendix C: attribute. */
const attribute = /^([A-Za-z0-9_-]+)=/;
/** A quoted string with its escapes, a character that is escaped, or one that is neither quote, escape nor blank. */
const piece = /^(?:"((?:[^"\\]|\\.)*)"|\\(.)|([^"\\ \t]))/s;

const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t" };

/** Reads a line, given without its end; undefined for what is none: nothing, a quote that does not end, control characters. */
export function readCommandLine(text: string): CommandLine | undefined {
  // deno-lint-ignore no-control-regex -- control characters are what is refused
  if (/[\0-\x08\x0a-\x1f\x7f]/.test(text)) return undefined;
  const [, keyword, rest = ""] = /^[ \t]*([!#-<>-[\]-~]+)(.*)$/s.exec(text) ?? [];
  const words = keyword === undefined || !/^(?:[ \t]|$)/.test(rest) ? undefined : readWords(rest);
  return keyword === undefined || words === undefined ? undefined : { keyword: keyword.toLowerCase(), words };
}

/** Words between blanks; undefined where a quote does not end. */
export function readWords(text: string): Word[] | undefined {
  const words: Word[] = [];
  for (let rest = afterBlanks(text); rest !== ""; rest = afterBlanks(rest)) {
    const [before = "", name] = attribute.exec(rest) ?? [];
    rest = rest.slice(before.length);
    let value = "", isQuoted = false;
    while (rest !== "" && !/^[ \t]/.test(rest)) {
      const [whole = "", quoted, escaped, plain = ""] = piece.exec(rest) ?? [];
      if (whole === "") return undefined;
      isQuoted ||= quoted !== undefined || escaped !== undefined;
      value += quoted?.replace(/\\(.)/gs, (_all, letter) => unescaped(letter)) ??
        (escaped === undefined ? plain : unescaped(escaped));
      rest = rest.slice(whole.length);
    }
    words.push({ ...name !== undefined && { attribute: name.toLowerCase() }, value, isQuoted });
  }
  return words;
}

function afterBlanks(text: string): string {
  return text.replace(/^[ \t]+/, "");
}

/** RFC 2378 §2.1: `\n`, `\t`, `\"` and `\\`. */
function unescaped(letter: string): string {
  return escapes[letter] ?? letter;
}

/** A word, quoted where it has to be; what {@linkcode readWords} reads. */
export function printWord({ attribute, value, isQuoted }: Word): string {
  const escaped = value.replace(/["\\]/g, "\\$&").replaceAll("\n", "\\n").replaceAll("\t", "\\t");
  const text = isQuoted || !/^[^"\\= \t\n]+$/.test(value) ? `"${escaped}"` : value;
  return attribute === undefined ? text : `${attribute}=${text}`;
}
