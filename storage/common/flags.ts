/** Flags and keywords of a message (RFC 9051 §2.3.2): each once whatever its case, spelled as it came first. */
import type { FlagChange } from "../../core/contract/mailbox.ts";
import { Refusal } from "../../core/contract/refusal.ts";

const systemFlags: ReadonlyMap<string, string> = new Map(
  ["\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft"].map((flag) => [flag.toLowerCase(), flag]),
);

/** Characters of the longest flag. */
const LONGEST = 255;
/** Flags of a message. */
const mostFlags = 1000;
/** Keywords that a mailbox knows. */
export const mostKeywords = 1000;

/** Each flag once, system flags spelled as the RFC does. @throws Refusal `invalid` for what is no flag, `too-large`. */
export function distinctFlags(flags: readonly string[]): string[] {
  const distinct = new Map<string, string>();
  for (const flag of flags) {
    // RFC 9051 §9: flag-keyword and flag-extension are atoms.
    if (!/^\\?[^\s\p{Cc}(){%*"\\\]]+$/u.test(flag)) throw new Refusal("invalid", "that is not a flag");
    if (flag.length > LONGEST) throw new Refusal("too-large", "that flag is too long");
    const key = flag.toLowerCase();
    if (!distinct.has(key)) distinct.set(key, systemFlags.get(key) ?? flag);
  }
  return bounded([...distinct.values()]);
}

function bounded(flags: string[]): string[] {
  if (flags.length > mostFlags) throw new Refusal("too-large", "those are too many flags");
  return flags;
}

/** Those of some flags that are keywords. */
export function keywordsOf(flags: readonly string[]): string[] {
  return flags.filter((flag) => !flag.startsWith("\\"));
}

/** The keywords that a mailbox knows when a message in it has these flags. */
export function moreKeywords(known: readonly string[], flags: readonly string[]): readonly string[] {
  const keys = new Set(known.map((keyword) => keyword.toLowerCase()));
  const added = keywordsOf(flags).filter((keyword) => !keys.has(keyword.toLowerCase()));
  return added.length === 0 ? known : [...known, ...added].slice(0, mostKeywords);
}

/**
 * The flags after a change whose own flags are distinct; undefined when it changes nothing.
 *
 * @throws Refusal `too-large`.
 */
export function changedFlags(
  current: readonly string[],
  mode: FlagChange["mode"],
  flags: readonly string[],
): string[] | undefined {
  const had = new Map(current.map((flag) => [flag.toLowerCase(), flag]));
  const given = new Map(flags.map((flag) => [flag.toLowerCase(), flag]));
  switch (mode) {
    case "add": {
      const added = flags.filter((flag) => !had.has(flag.toLowerCase()));
      return added.length === 0 ? undefined : bounded([...current, ...added]);
    }
    case "remove": {
      const left = current.filter((flag) => !given.has(flag.toLowerCase()));
      return left.length === current.length ? undefined : left;
    }
    case "set": {
      const isSame = had.size === given.size && [...given.keys()].every((key) => had.has(key));
      return isSame ? undefined : [...given].map(([key, flag]) => had.get(key) ?? flag);
    }
  }
}
