/** Where messages are that were copied or moved. */
import type { CopiedRun } from "../../core/contract/mailbox.ts";

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
