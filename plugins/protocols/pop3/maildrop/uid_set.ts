/** UIDs of a maildrop's messages as storages want them. */
import type { UidSet } from "../../../../core/contract/mod.ts";

/** Ascending UIDs as a set. Ranges only where no UID lies between: what came later is not meant. */
export function uidSet(uids: readonly number[]): UidSet {
  const set: (number | [from: number, to: number])[] = [];
  for (const uid of uids) {
    const last = set.at(-1);
    if (last === uid - 1) set[set.length - 1] = [last, uid];
    else if (Array.isArray(last) && last[1] === uid - 1) last[1] = uid;
    else set.push(uid);
  }
  return set;
}
