/** Comparing what an attacker may guess. */
import { timingSafeEqual } from "node:crypto";

/** Whether two proofs are the same, in a time that does not depend on where they differ. Their lengths are no secret. */
export function equalInConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
