/** For input that would take minutes if work grew with its square. */
import { assert } from "@std/assert";

/** Runs something that takes well under a second when it is linear; the bound is for slow machines. */
export function quickly(what: string, run: () => void): void {
  const started = performance.now();
  run();
  const seconds = (performance.now() - started) / 1000;
  assert(seconds < 8, `${JSON.stringify(what)} took ${seconds.toFixed(1)} s`);
}
