/** Rights in a mailbox (RFC 4314 §2) as storages keep them. */
import { Refusal } from "../../core/contract/refusal.ts";

/**
 * The rights after a change, each once, in the order of the alphabet; without a mode they replace those that were.
 *
 * @throws Refusal `invalid` for what is no right.
 */
export function changedRights(before: string, letters: string, mode: "add" | "remove" | undefined): string {
  // RFC 4314 §2.1: a right is a lower-case letter, or a digit.
  if (!/^[a-z0-9]*$/.test(letters)) throw new Refusal("invalid", "that is not a right");
  const given = new Set(letters), had = new Set(before);
  const after = mode === undefined ? given : mode === "add" ? had.union(given) : had.difference(given);
  return [...after].sort().join("");
}
