/** Where messages are that were copied or moved. */
import type { CopiedRun } from "../../core/contract/mailbox.ts";
import { Refusal } from "../../core/contract/refusal.ts";

/** Of messages with these UIDs, ascending, the first of which has got that one, and each other the next. */
export function copiedRuns(uids: Iterable<number>, first: number): CopiedRun[] {
  const runs: [number, number, number][] = [];
  let to = first;
  for (const uid of uids) {
    const last = runs.at(-1);
    if (last !== undefined && uid === last[0] + last[2]) last[2]++;
    else runs.push([uid, to, 1]);
    to++;
  }
  return runs;
}

/** The same runs, if they are of so many messages. @throws Refusal `not-found`. */
export function atLeast(least: number, runs: readonly CopiedRun[]): readonly CopiedRun[] {
  const copied = runs.reduce((sum, [, , count]) => sum + count, 0);
  if (copied < least) throw new Refusal("not-found", "some of these messages are gone");
  return runs;
}
