/** Programs that nobody here wrote, as clients of a real server. */
import { binary } from "../support/program.ts";
import { type Finished, runProgram } from "../support/run_program.ts";

/** Milliseconds that a program may take: far more than any does, on a busy machine too, and less than a test may. */
export const patience = 180_000;

/** A program that a test needs, and the Debian package that has it. */
export interface Program {
  /** As typed; or its path. */
  readonly name: string;
  /** For whoever wants the test to run. */
  readonly packageName: string;
}

/** A folder of its own for one client: its home, its configuration files, what it fetched. */
export interface ClientHome extends AsyncDisposable {
  /** Absolute. */
  readonly folder: string;
  /** Writes a file that only its owner may read, as fetchmail and msmtp demand. @returns its path. */
  write(name: string, text: string): Promise<string>;
  /** Runs the program in this folder; it is killed when patience is at its end. */
  run(program: Program, args: readonly string[], stdin?: string): Promise<Finished>;
}

/** A test with outside programs. Says loudly which one is missing where it cannot run. */
export function interopTest(
  name: string,
  programs: readonly Program[],
  test: (home: ClientHome, context: Deno.TestContext) => Promise<void>,
): void {
  const missing = programs.filter((program) => find(program) === undefined);
  for (const program of missing) {
    console.warn(`NOT RUN: "${name}" needs ${program.name} (Debian: ${program.packageName})`);
  }
  Deno.test({
    name,
    ignore: missing.length > 0,
    async fn(context) {
      await using home = await clientHome();
      await test(home, context);
    },
  });
}

/** `interopTest` for what the compiled binary cannot do: says so, and why, where that is what is tested. */
export function sourceTest(why: string): typeof interopTest {
  if (binary === undefined) return interopTest;
  return (name, _programs, fn) => {
    console.warn(`NOT RUN: "${name}": ${why}`);
    Deno.test({ name, ignore: true, fn: async (context) => await fn(await clientHome(), context) });
  };
}

/** A new, empty home. */
async function clientHome(): Promise<ClientHome> {
  const folder = await Deno.makeTempDir({ prefix: "mail-client-" });
  return {
    folder,
    async write(name, text) {
      const path = `${folder}/${name}`;
      await Deno.writeTextFile(path, text, { mode: 0o600 });
      return path;
    },
    run(program, args, stdin) {
      // Some look for this machine's own name. One packet may be lost, but a name server that is silent is not waited for long.
      const env = { HOME: folder, LC_ALL: "C.UTF-8", RES_OPTIONS: "timeout:1 attempts:3" };
      const signal = AbortSignal.timeout(patience);
      return runProgram(find(program) ?? program.name, { args: [...args], cwd: folder, env, signal }, stdin);
    },
    async [Symbol.asyncDispose]() {
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Where a program is; undefined when it is not installed. */
function find({ name }: Program): string | undefined {
  const folders = name.startsWith("/") ? [""] : (Deno.env.get("PATH") ?? "").split(":").map((folder) => `${folder}/`);
  return folders.map((folder) => folder + name).find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });
}
