/** Measurements: a load in a process of its own against a running server, with the server's CPU or memory beside it. */
import { projectFolder } from "../house/project_files.ts";
import type { HoldLoad, Load, LoadResult } from "./load/load.ts";
import { type Usage, usage } from "./process_tree.ts";

/** What a load showed. */
export interface Measured extends LoadResult {
  /** Operations a second. */
  readonly rate: number;
  /** Milliseconds of the server's CPU for one operation, what it did afterwards included; not a number: unknown. */
  readonly cpu: number;
}

/** Runs a load to its end, and waits until the server rests. */
export async function measure(load: Exclude<Load, HoldLoad>, pids: readonly number[]): Promise<Measured> {
  const before = await atRest(pids);
  const { success, stdout } = await command(load).output();
  if (!success) throw new Error(`the load failed: ${load.kind} on port ${load.port}`);
  const after = await atRest(pids);
  const result: LoadResult = JSON.parse(new TextDecoder().decode(stdout));
  return {
    ...result,
    rate: result.operations / result.seconds,
    cpu: (after.cpu - before.cpu) * 1000 / result.operations,
  };
}

/** KiB of the server's memory for each connection that only waits. */
export async function measureIdle(load: HoldLoad, pids: readonly number[]): Promise<number> {
  // What the first connections need once is not what one needs.
  await whileHeld({ ...load, connections: Math.ceil(load.connections / 10) }, () => atRest(pids));
  const before = await atRest(pids);
  const during = await whileHeld(load, () => atRest(pids));
  return (during.memory - before.memory) / load.connections;
}

async function whileHeld<Result>(load: HoldLoad, look: () => Promise<Result>): Promise<Result> {
  const child = command(load).spawn();
  const output = child.stdout.getReader();
  const { value } = await output.read();
  if (value === undefined) throw new Error(`the load failed: ${load.connections} connections to port ${load.port}`);
  const seen = await look();
  await child.stdin.close();
  await output.cancel();
  await child.status;
  return seen;
}

/** Milliseconds without work that count as rest, and after which nobody waits for it any more. */
const REST = 500, PATIENCE = 120_000;

/** Waits until the processes have nothing to do: Postfix delivers after its 250, ours indexes, and nobody is to pay for his neighbour. */
async function atRest(pids: readonly number[]): Promise<Usage> {
  const patience = performance.now() + PATIENCE;
  for (let before = await usage(pids);;) {
    await new Promise((resolve) => setTimeout(resolve, REST));
    const now = await usage(pids);
    // One tick of the clock may be anything.
    if (!(now.cpu - before.cpu > 0.015) || performance.now() > patience) return now;
    before = now;
  }
}

function command(load: Load): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--allow-net=127.0.0.1,localhost", "tests/bench/load/main.ts", JSON.stringify(load)],
    cwd: projectFolder,
    stdin: load.kind === "hold" ? "piped" : "null",
    stdout: "piped",
    stderr: "inherit",
  });
}
