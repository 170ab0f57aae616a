/** CPU and memory of a process and all of its descendants, from Linux's /proc. */

/** What they have used. */
export interface Usage {
  /** Seconds of CPU, user and system, children that have ended included. */
  readonly cpu: number;
  /** KiB, shared pages counted by share. */
  readonly memory: number;
}

/** Clock ticks a second: USER_HZ, 100 on every Linux that Deno runs on. */
const ticks = 100;

/** Adds up the trees below these processes; not a number where there is no /proc. */
export async function usage(roots: readonly number[]): Promise<Usage> {
  if (Deno.build.os !== "linux") return { cpu: NaN, memory: NaN };
  const processes = new Map<number, { readonly parent: number; readonly cpu: number }>();
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await Deno.readTextFile(`/proc/${name}/stat`).catch(() => "");
    // The name of the program, in parentheses, may hold anything.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ").map(Number);
    if (fields.length > 15) {
      const cpu = fields.slice(11, 15).reduce((sum, ticksOf) => sum + ticksOf, 0) / ticks;
      processes.set(Number(name), { parent: fields[1] ?? 0, cpu });
    }
  }
  const tree = new Set(roots);
  for (let before = -1; before !== tree.size;) {
    before = tree.size;
    for (const [pid, { parent }] of processes) if (tree.has(parent)) tree.add(pid);
  }
  let cpu = 0;
  let memory = 0;
  for (const pid of tree) {
    cpu += processes.get(pid)?.cpu ?? 0;
    const rollup = await Deno.readTextFile(`/proc/${pid}/smaps_rollup`).catch(() => "");
    memory += Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0);
  }
  return { cpu, memory };
}
