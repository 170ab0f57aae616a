/** Runs `main.ts` to its end, as a process of its own with few rights. */
import { projectFolder } from "../house/project_files.ts";
import { programCommand } from "./program.ts";
import { type Finished, runProgram } from "./run_program.ts";

/** How it is run. */
export interface RunSettings {
  /** What it reads; absent: nothing, and no terminal. */
  readonly stdin?: string;
  /** The only folder, besides the program's own, that it may read, and the only one that it may write. */
  readonly folder?: string;
  /** Further rights, besides that folder: `--allow-ffi=…`. */
  readonly rights?: readonly string[];
  /** Words before the command line: a program that runs it. */
  readonly under?: readonly string[];
  /** Where it is run; default: the project. */
  readonly cwd?: string;
}

/** Runs it. */
export async function runMain(words: readonly string[], settings: RunSettings = {}): Promise<Finished> {
  const { stdin, folder, rights = [], under = [], cwd } = settings;
  const command = programCommand(words, [...folder === undefined ? [] : rightsFor(folder), ...rights]);
  const [program = command[0], ...args] = [...under, ...command];
  return await runProgram(program, { args, cwd: cwd ?? projectFolder, env: { NO_COLOR: "1" } }, stdin);
}

/** The rights of a server whose files are all in one folder. */
export function rightsFor(folder: string): string[] {
  return [`--allow-read=${folder},${path("")}`, `--allow-write=${folder}`, "--allow-net=127.0.0.1"];
}

function path(name: string): string {
  return decodeURIComponent(new URL(name, projectFolder).pathname);
}
