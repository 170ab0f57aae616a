/** Flags in responses (RFC 9051 §2.3.2). */

/** `flag-list`, in the order given. `\Recent` is no flag that a storage keeps: it is the session's (RFC 3501 §2.3.2). */
export function printFlags(flags: readonly string[], isRecent = false): string {
  if (!isRecent) return `(${flags.join(" ")})`;
  return flags.length === 0 ? "(\\Recent)" : `(${flags.join(" ")} \\Recent)`;
}
