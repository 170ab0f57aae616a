/** One measurement: a load in a process of its own against a running server, with the server's CPU beside it. */
import { projectFolder } from "../house/project_files.ts";
import type { HoldLoad, Load, LoadResult } from "./load/load.ts";
import { usage } from "./process_tree.ts";

/** What a load showed. */
export interface Measured extends LoadResult {
  /** Operations a second. */
  readonly rate: number;
  /** Milliseconds of the server's CPU for one operation. */
  readonly cpu: number;
}

/** Runs a load to its end. */
export async function measure(load: Exclude<Load, HoldLoad>, pids: readonly number[]): Promise<Measured> {
  const before = await usage(pids);
  const { success, stdout } = await command(load).output();
  if (!success) throw new Error(`the load failed: ${JSON.stringify(load.kind)} on port ${load.port}`);
  const after = await usage(pids);
  const result: LoadResult = JSON.parse(new TextDecoder().decode(stdout));
  return {
    ...result,
    rate: result.operations / result.seconds,
    cpu: (after.cpu - before.cpu) * 1000 / result.operations,
  };
}

/** KiB of the server's memory for each connection that only waits. */
export async function measureIdle(load: HoldLoad, pids: readonly number[]): Promise<number> {
  const before = await usage(pids);
  const child = command(load).spawn();
  const output = child.stdout.getReader();
  await output.read();
  const during = await usage(pids);
  await child.stdin.close();
  output.releaseLock();
  await child.stdout.cancel();
  await child.status;
  return (during.memory - before.memory) / load.connections;
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
