/** Which flags a user may set in a mailbox (RFC 4314 §2.1 and §4). */
import type { Access } from "./access.ts";

/** System flags that a client may set, as the RFC spells them (RFC 9051 §2.3.2). */
export const systemFlags: readonly string[] = ["\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft"];

/** The right that a flag needs: `t` for `\Deleted`, `s` for `\Seen`, `w` for all others. */
export function rightFor(flag: string): "t" | "s" | "w" {
  const lower = flag.toLowerCase();
  return lower === "\\deleted" ? "t" : lower === "\\seen" ? "s" : "w";
}

/**
 * Those flags that are kept at all: system flags and keywords. RFC 3501 §2.3.2: `\Recent` is no client's to change;
 * RFC 9051 §9: a server has no flag-extension but those of standards.
 */
export function storableFlags(flags: readonly string[]): string[] {
  return flags.filter((flag) => !flag.startsWith("\\") || systemFlags.includes(flag));
}

/** Those of them that may be set. */
export function keptFlags(flags: readonly string[], { rights }: Pick<Access, "rights">): string[] {
  return storableFlags(flags).filter((flag) => rights.includes(rightFor(flag)));
}
