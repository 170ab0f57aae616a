/** Secrets that are replaced only while they are what somebody has read: nobody's change is lost. */
import type { Secrets } from "../../core/contract/accounts.ts";
import { Refusal } from "../../core/contract/refusal.ts";

/** Lets through what is expected. @throws Refusal `conflict` where something else is kept. */
export function refuseOtherSecrets(kept: Secrets, expected: Secrets | undefined): void {
  if (expected === undefined || isSame(kept, expected)) return;
  throw new Refusal("conflict", "it was changed meanwhile");
}

function isSame(one: Secrets, other: Secrets): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}
