/** Which flags a user may set in a mailbox (RFC 4314 §2.1 and §4). */
import type { Access } from "./access.ts";

/** The right that a flag needs: `t` for `\Deleted`, `s` for `\Seen`, `w` for all others. */
export function rightFor(flag: string): "t" | "s" | "w" {
  const lower = flag.toLowerCase();
  return lower === "\\deleted" ? "t" : lower === "\\seen" ? "s" : "w";
}

/** Those flags that may be set. */
export function keptFlags(flags: readonly string[], { rights }: Pick<Access, "rights">): string[] {
  return flags.filter((flag) => rights.includes(rightFor(flag)));
}
