/**
 * Patterns of mailbox names (RFC 9051 §6.3.9): `*` is anything, `%` anything but the separator. All ways in which a name
 * can match are followed at once, one bit for each place in the pattern, so that no name and no pattern is slow to match.
 */

/** Characters of the longest pattern; no name is longer. */
export const LONGEST_PATTERN = 1000;

/** Whether a name matches. */
export type NameMatcher = (name: string) => boolean;

const SEPARATOR = "/";

/** Makes a matcher; in names, INBOX at the start matches in any case (RFC 9051 §5.1). */
export function nameMatcher(pattern: string): NameMatcher {
  // Wildcards beside each other are as good as the stronger one of them.
  const places = pattern.replace(/[*%]+/g, (run) => run.includes("*") ? "*" : "%").split("");
  const end = 1n << BigInt(places.length);
  /** Places by the character that is there. */
  const literal = new Map<string, bigint>();
  let anything = 0n, level = 0n;
  for (const [index, character] of places.entries()) {
    const bit = 1n << BigInt(index);
    if (character === "*") anything |= bit;
    else if (character === "%") level |= bit;
    else literal.set(character, (literal.get(character) ?? 0n) | bit);
  }
  const wildcards = anything | level;
  // A wildcard may stand for nothing.
  const start = 1n | (1n & wildcards) << 1n;
  return (name) => {
    const inbox = /^INBOX(?:\/|$)/.test(name) ? 5 : 0;
    let reached = start;
    for (let at = 0; at < name.length && reached !== 0n; at++) {
      const character = name.charAt(at);
      let same = literal.get(character) ?? 0n;
      if (at < inbox) same |= literal.get(character.toLowerCase()) ?? 0n;
      const stay = character === SEPARATOR ? anything : wildcards;
      reached = (reached & same) << 1n | reached & stay;
      reached |= (reached & wildcards) << 1n;
    }
    return (reached & end) !== 0n;
  };
}
