/** For input that would take minutes if work grew with its square. */
import { assert } from "@std/assert";
import { cpuUsage } from "node:process";

/** Runs something that takes well under a second when it is linear; the bound is for slow machines. */
export function quickly(what: string, run: () => void): void {
  const spent = processorTime();
  run();
  assert(spent() < 8, `${JSON.stringify(what)} took ${spent().toFixed(1)} s`);
}

/** Tells the seconds that this program has worked since: those in which the machine did something else do not count. */
export function processorTime(): () => number {
  const before = cpuUsage();
  return () => {
    const { user, system } = cpuUsage(before);
    return (user + system) / 1e6;
  };
}
