/** The texts that an IMAP session can say to people, as they stand in the sources: `{}` is what is put in. */
import { othersPrefix } from "../../../../../plugins/protocols/imap/access.ts";
import { type ProjectFile, typeScriptFiles } from "../../../../house/project_files.ts";

/** A string literal, its quotes included. */
const literal = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/.source;
const plugin = "plugins/protocols/imap";

/** Replies, and responses that answer nothing. */
export async function repliesInSources(): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const imap = await sources(plugin);
  for (const source of imap) {
    // Whatever is a sentence is said to somebody.
    for (const text of literals(source, literal)) if (/^[A-Z][a-z']* [^/]/.test(text)) found.add(text);
    const calls = `\\b(?:(?:ok|no|bad|refuse\\w*|CommandRefused)\\(|subscription\\("\\w+",)\\s*(${literal})`;
    for (const text of literals(source, calls)) found.add(text);
    for (const text of literals(source, `(?:untagged\\(|return )\\s*(${literal})`)) {
      const [, said] = /^(?:(?:OK|NO|BAD|BYE) (?:\[.*\] )?|\[[A-Z]+\] )(.*)$/.exec(text) ?? [];
      if (said !== undefined) found.add(said);
    }
  }
  const refusals = `\\b(?:Refusal\\(\\s*"[a-z-]+",|notFound\\(|refuseTaken\\(.*,)\\s*(${literal})`;
  for (const source of [...imap, ...await sources("storage")]) {
    for (const text of literals(source, refusals)) found.add(text.charAt(0).toUpperCase() + text.slice(1));
  }
  for (const text of ["{}", othersPrefix]) found.delete(text);
  return found;
}

/** What a command was expected to have in some place. */
export async function expectationsInSources(): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const calls = /(?:\b(?:malformed|Malformed|expect\w*)|#throw)(?:<[^>]*>)?\(((?:[^()]|\([^()]*\))*)\)/g;
  for (const source of await sources(plugin)) {
    for (const [, given = ""] of source.matchAll(calls)) for (const text of literals(given, literal)) found.add(text);
    for (const text of literals(source, `\\b(?:EXPECTED|expected|what)(?:: string)? = (${literal})`)) found.add(text);
  }
  // Words of the protocol, and its signs, are the same in all languages.
  const isSaid = (text: string) => /^a |[a-z]{2}/.test(text.replaceAll(/"[^"]*"|\{\}/g, "")) && text.includes(" ");
  return new Set([...found].filter(isSaid));
}

function* literals(source: string, pattern: string): Generator<string> {
  for (const match of source.matchAll(new RegExp(pattern, "g"))) {
    const text = match[1] ?? match[0];
    yield text.slice(1, -1).replace(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, "{}").replace(/\\(["'`\\])/g, "$1");
  }
}

/** Without comments and imports. */
async function sources(folder: string): Promise<readonly string[]> {
  const isSource = ({ path }: ProjectFile) => !/\/(?:languages|migrations)\/|\/(?:options|plugin)\.ts$/.test(path);
  return (await typeScriptFiles(folder)).filter(isSource).map(({ text }) =>
    text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "").replace(/^import [^;]*;/gm, "")
  );
}
