/** Rights in a mailbox (RFC 4314 §2) as storages keep them. */
import { Refusal } from "../../core/contract/refusal.ts";

/** Each right once, in the order of the alphabet. @throws Refusal `invalid` for what is no right. */
export function distinctRights(letters: string): string {
  // RFC 4314 §2.1: a right is a lower-case letter, or a digit.
  if (!/^[a-z0-9]*$/.test(letters)) throw new Refusal("invalid", "that is not a right");
  return [...new Set(letters)].sort().join("");
}
