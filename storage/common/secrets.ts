/** Secrets that are replaced only while they are what somebody has read: nobody's change is lost. */
import type { Secrets } from "../../core/contract/accounts.ts";
import { Refusal } from "../../core/contract/refusal.ts";

/** Refuses a change of other secrets than were read. @throws Refusal `conflict` where something else is kept than is expected. */
export function refuseOtherSecrets(kept: Secrets, expected: Secrets | undefined): void {
  if (expected === undefined || isSame(kept, expected)) return;
  throw new Refusal("conflict", "the account was changed meanwhile, try again");
}

function isSame(one: Secrets, other: Secrets): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}
