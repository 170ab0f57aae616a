/** The program under test: `main.ts` with few rights, or a compiled binary, which has its own. */
import { projectFolder } from "../house/project_files.ts";

/** The binary that MAIL_SERVER_BINARY names; undefined: the source is tested. */
export const binary: string | undefined = Deno.env.get("MAIL_SERVER_BINARY") || undefined;

/** The command line that runs these words. @param rights Options of `deno run` for a source. */
export function programCommand(words: readonly string[], rights: readonly string[]): [string, ...string[]] {
  if (binary !== undefined) return [binary, ...words];
  const path = (name: string) => decodeURIComponent(new URL(name, projectFolder).pathname);
  return [
    Deno.execPath(),
    ...["run", "-q", "--no-prompt", "--config", path("deno.json"), ...rights, path("main.ts"), ...words],
  ];
}
