/** What docs/permissions.md says of each set-up: its line, its configuration, and what is lost without each right. */
import { projectFolder } from "../house/project_files.ts";

/** A set-up. */
export interface SetUp {
  /** Its heading. */
  readonly title: string;
  /** The line's words, after `deno run`. */
  readonly words: readonly string[];
  /** Keys of mail.yaml; empty where it says none. */
  readonly yaml: string;
  /** What its table says, a row for each right of a flag. */
  readonly losses: readonly Loss[];
}

/** What is lost without a right. */
export interface Loss {
  /** A flag with one value: `--allow-read=./core`. */
  readonly right: string;
  /** What is said or logged then. */
  readonly said: string;
}

/** All set-ups of the page, in order. @param replace Turns what the page names into what a test has. */
export async function setUps(replace: (text: string) => string): Promise<SetUp[]> {
  const page = replace(await Deno.readTextFile(new URL("docs/permissions.md", projectFolder)));
  return page.split(/^(?=##+ )/m).flatMap((section) => {
    const [, title] = /^### (.+)$/m.exec(section) ?? [];
    const [, line] = /^```sh\ndeno run ((?:.*\\\n)*.*)\n```$/m.exec(section) ?? [];
    if (title === undefined || line === undefined) return [];
    const [, yaml = ""] = /^```yaml\n(.*?)^```$/ms.exec(section) ?? [];
    const rows = [...section.matchAll(/^\| `(--allow-[^`]+)` *\|[^|]+\|[^`|]*`([^`]+)`[^`|]*\|$/gm)];
    const losses = rows.flatMap(([, flag = "", said = ""]) => rightsOf(flag).map((right) => ({ right, said })));
    return [{ title, words: line.replaceAll("\\\n", " ").split(/ +/), yaml, losses }];
  });
}

/** A flag's rights, one for each value. */
function rightsOf(flag: string): string[] {
  const at = flag.indexOf("=");
  return flag.slice(at + 1).split(",").map((value) => `${flag.slice(0, at)}=${value}`);
}

/** All rights of a line. */
export function allRights(words: readonly string[]): string[] {
  return words.filter((word) => word.startsWith("--allow-")).flatMap(rightsOf);
}

/** The line without one right; a flag that has no other is left out. */
export function without(words: readonly string[], right: string): string[] {
  return words.flatMap((word) => {
    const rest = word.startsWith("--allow-") ? rightsOf(word).filter((one) => one !== right) : [];
    if (!word.startsWith("--allow-") || rest.length === rightsOf(word).length) return [word];
    const name = word.slice(0, word.indexOf("=") + 1);
    return rest.length === 0 ? [] : [name + rest.map((one) => one.slice(name.length)).join(",")];
  });
}
