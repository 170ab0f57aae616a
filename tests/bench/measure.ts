/** Measurements: a load in a process of its own against a running server, with the server's CPU or memory beside it. */
import { projectFolder } from "../house/project_files.ts";
import type { HoldLoad, Load, LoadResult } from "./load/load.ts";
import { type Usage, usage } from "./process_tree.ts";
import { type BenchServer, run } from "./servers/server.ts";

/** Whose CPU and memory are looked at. */
type Watched = Pick<BenchServer, "pids" | "rest">;

/** What a load showed. */
export interface Measured extends LoadResult {
  /** Operations a second. */
  readonly rate: number;
  /** Milliseconds of the server's CPU for one operation, what it did afterwards included; not a number: unknown. */
  readonly cpu: number;
}

/** Runs a load to its end, once what it warms up with is done with, and waits until the server rests. */
export async function measure(load: Exclude<Load, HoldLoad>, server: Watched): Promise<Measured> {
  const { seen: before, said } = await runLoad(load, () => atRest(server));
  const after = await atRest(server);
  const result: LoadResult = JSON.parse(said);
  return {
    ...result,
    rate: result.operations / result.seconds,
    cpu: (after.cpu - before.cpu) * 1000 / result.operations,
  };
}

/** KiB of the server's memory for each connection that only waits. */
export async function measureIdle(load: HoldLoad, server: Watched): Promise<number> {
  // What the first connections need once is not what one needs.
  await runLoad({ ...load, connections: Math.ceil(load.connections / 10) }, () => atRest(server));
  const before = await atRest(server);
  const { seen: during } = await runLoad(load, () => atRest(server));
  return (during.memory - before.memory) / load.connections;
}

/**
 * Looks when the load says that it is ready, then lets it go on; what was seen, and what it said at its end.
 *
 * @throws when the load fails.
 */
export async function runLoad<Seen>(load: Load, look: () => Promise<Seen>): Promise<{ seen: Seen; said: string }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--allow-net=127.0.0.1,localhost", "tests/bench/load/main.ts", JSON.stringify(load)],
    cwd: projectFolder,
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const output = child.stdout.getReader();
  const { done } = await output.read();
  output.releaseLock();
  const seen = done ? undefined : await look();
  await child.stdin.close();
  const said = (await Array.fromAsync(child.stdout.pipeThrough(new TextDecoderStream()))).join("");
  const { success } = await child.status;
  if (!success || seen === undefined) throw new Error(`the load failed: ${load.kind} on port ${load.port}`);
  return { seen, said };
}

/** Milliseconds after which nobody waits for rest any more. */
const PATIENCE = 120_000;

/**
 * Waits until the processes have nothing to do, and the disk nothing to write: Postfix delivers after its 250, ours indexes,
 * and nobody is to pay for his neighbour.
 */
async function atRest({ pids, rest }: Watched): Promise<Usage> {
  if (Deno.build.os !== "windows") await run("sync", []);
  const patience = performance.now() + PATIENCE;
  for (let before = await usage(pids);;) {
    await new Promise((resolve) => setTimeout(resolve, rest));
    const now = await usage(pids);
    // One tick of the clock may be anything.
    if (!(now.cpu - before.cpu > 0.015) || performance.now() > patience) return now;
    before = now;
  }
}
