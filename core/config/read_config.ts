/** The file: YAML text to a plain value, with environment variables filled in. */
import { parse } from "@std/yaml";
import { dirname, resolve } from "node:path";
import { messageOf } from "../wire/error_message.ts";
import { decodeUtf8 } from "../wire/utf8.ts";
import { type Environment, fillIn, type PlacedIssue } from "./environment.ts";
import type { ConfigSource } from "./server_config.ts";

const LF = 10;

/** The content of a file, or why there is none, a line each. */
export type ReadConfig =
  | {
    readonly ok: true;
    readonly source: ConfigSource;
    /** Environment variables that could not be had; what names them still stands in the document as it was written. */
    readonly issues: readonly PlacedIssue[];
  }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads a file. */
export async function readConfig(file: string, environment: Environment = Deno.env.get): Promise<ReadConfig> {
  let octets: Uint8Array;
  try {
    octets = await Deno.readFile(file);
  } catch (error) {
    return { ok: false, problems: [`${file}  ${whyUnreadable(error, "mail.yaml")}`] };
  }
  const text = decodeUtf8(octets);
  if (text === undefined) {
    // What stands in for other octets would be read as another name: of a folder, say.
    return {
      ok: false,
      problems: [`${file}  line ${brokenLine(octets)}: is not UTF-8; save the file in that encoding`],
    };
  }
  return parseConfig(text, file, environment);
}

/** The first line that is not UTF-8. */
function brokenLine(octets: Uint8Array): number {
  for (let line = 1, start = 0;; line++) {
    const end = octets.indexOf(LF, start) + 1 || octets.length;
    if (end === octets.length || decodeUtf8(octets.subarray(start, end)) === undefined) return line;
    start = end;
  }
}

/** Reads the text of a file. */
export function parseConfig(text: string, file: string, environment: Environment = Deno.env.get): ReadConfig {
  let written: unknown;
  try {
    // The core schema has no dates and no octets: every value is text, a number, yes or no, a list or a mapping.
    written = parse(text, { schema: "core" });
  } catch (error) {
    return { ok: false, problems: [`${file}  ${syntaxProblem(error)}`] };
  }
  const { value, secrets, issues } = fillIn(written, environment);
  return { ok: true, source: { file, folder: dirname(resolve(file)), written, document: value, secrets }, issues };
}

/** What keeps a file from being read, and what to do. @param example What a file would be called. */
export function whyUnreadable(error: unknown, example: string): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.IsADirectory) return `is a folder; expected a file such as ${example}`;
  if (error instanceof Deno.errors.NotCapable) return "may not be read; allow it with --allow-read";
  if (error instanceof Deno.errors.PermissionDenied) return "may not be read; check its owner and mode";
  return `cannot be read: ${messageOf(error)}`;
}

/** What those who write a configuration have mostly done where the parser says this. */
const hints: readonly (readonly [words: RegExp, hint: string])[] = [
  [/document separator is expected/, "a space may be missing after a colon here or above, or quotes around a value"],
  [/explicit mapping pair/, "a value with a colon in it needs quotes"],
  [/flow collection/, "a bracket, a brace or a quote may not be closed above"],
  [/quoted scalar$/, "a quote may not be closed above"],
  [/unidentified alias|unknown tag/, "a value that begins with such a sign needs quotes"],
];

/** The parser's first line with the place first; the lines after it, and words in quotes, repeat the file. */
function syntaxProblem(error: unknown): string {
  const message = messageOf(error);
  const [first = ""] = message.split("\n");
  const [, what = first, line, column] = /^(.*?) at line (\d+), column (-?\d+):?$/.exec(first) ?? [];
  const hint = hints.find(([words]) => words.test(what))?.[1];
  const said = what.replace(/"[^"]*"?|!?<[^>]*>?/g, "…") + (hint === undefined ? "" : `; ${hint}`);
  if (line === undefined) return `is not YAML: ${said}`;
  // Of a key that comes twice the parser counts the column from somewhere else.
  return `line ${line}${Number(column) > 0 ? `, column ${column}` : ""}: is not YAML: ${said}`;
}
