/** `deno task start` in a clone of the project, as who has just cloned it has it. */
import { tmpdir } from "node:os";
import { isFree } from "./free_ports.ts";
import { linesOf } from "./lines_of.ts";

/** Ports of 127.0.0.1 that `main.ts start` listens on. */
export const firstLookPorts = [2525, 2587, 2465, 2143, 2993, 2110, 2995];

/** A first look that runs. */
export interface Started extends AsyncDisposable {
  /** What it printed up to its last line of greeting. */
  readonly greeting: string;
  /** Ends it. @returns Its log. */
  end(): Promise<string>;
}

/** `deno task start`, until it has said everything. */
export async function start(folder: string): Promise<Started> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["task", "-q", "start"],
    cwd: folder,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const complaints = new Response(child.stderr).text();
  const lines: string[] = [];
  const end = async () => {
    try {
      // The task passes it on.
      child.kill("SIGTERM");
    } catch {
      // It has ended already.
    }
    await child.status;
    return await complaints;
  };
  const reader = linesOf(child.stdout);
  for (let next = await reader.next(); !next.done; next = await reader.next()) {
    lines.push(next.value);
    if (next.value.startsWith("The passwords are kept in")) {
      const rest = (async () => {
        for await (const _ of reader);
      })();
      const greeting = lines.join("\n");
      return { greeting, end, [Symbol.asyncDispose]: async () => (await end(), await rest) };
    }
  }
  await child.status;
  throw new Error(await complaints);
}

/**
 * A test that has the ports of a first look to itself: another run of the tests, at the same time on the same machine, waits
 * for it. Where somebody else has one of them it is not run, and says so.
 */
export function firstLookTest(name: string, fn: () => Promise<void>, { ignore = false } = {}): void {
  const canHave = canBeHad();
  if (!canHave) {
    console.warn(`NOT RUN: "${name}" needs the ports ${firstLookPorts.join(", ")} of 127.0.0.1, and one is taken`);
  }
  Deno.test({
    name,
    ignore: ignore || !canHave,
    async fn() {
      using turn = openTurn();
      await turn.lock(true);
      await fn();
    },
  });
}

/** Whether the ports are free, or will be when another test has had its first look: nobody begins one while they are tried. */
function canBeHad(): boolean {
  using turn = openTurn();
  return !turn.tryLockSync(true) || firstLookPorts.every(isFree);
}

/** Locked by the test whose turn it is, as long as its process lasts. */
function openTurn(): Deno.FsFile {
  return Deno.openSync(`${tmpdir()}/first_look_${Deno.uid()}.lock`, { create: true, read: true, write: true });
}
