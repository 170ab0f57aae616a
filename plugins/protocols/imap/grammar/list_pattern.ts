/**
 * Patterns of mailbox names (RFC 9051 §6.3.9): `*` is anything, `%` anything but the separator. All ways in which a name
 * can match all patterns are followed at once, one bit for each place in a pattern: the time that a name takes is its
 * length, times how many words of 32 bits the patterns have.
 */

/**
 * How a name matches: `level` when a pattern that ends in `%` does, and so levels of the hierarchy are wanted as well
 * that are no mailboxes.
 */
export type NameMatch = "none" | "name" | "level";

/** How a name matches some patterns. */
export type NameMatcher = (name: string) => NameMatch;

/** Places of all patterns with wildcards together: patterns beyond them are ignored, as RFC 5258 §3 lets a server do. */
const MOST_PLACES = 4096;
const SLASH = 0x2f;

/** Makes a matcher; in names, INBOX at the start matches in any case (RFC 9051 §5.1). */
export function nameMatcher(patterns: readonly string[]): NameMatcher {
  const wanted = [...new Set(patterns.map(simplified))];
  const names = new Set(wanted.filter((pattern) => !/[*%]/.test(pattern)).map(withInbox));
  const matchPlaces = placesMatcher(wanted.filter((pattern) => /[*%]/.test(pattern)));
  return (name) => {
    const match = matchPlaces(name);
    return match === "none" && names.has(name) ? "name" : match;
  };
}

/** RFC 9051 §5.1: names are in NFC. Wildcards beside each other are as good as the stronger one of them. */
function simplified(pattern: string): string {
  return pattern.normalize("NFC").replace(/[*%]+/g, (run) => run.includes("*") ? "*" : "%");
}

function withInbox(name: string): string {
  return name.replace(/^inbox(?=\/|$)/i, "INBOX");
}

function placesMatcher(patterns: readonly string[]): NameMatcher {
  const fitting = thatFit(patterns);
  const size = Math.ceil(fitting.reduce((sum, { length }) => sum + length + 1, 0) / 32);
  const bits = () => new Uint32Array(size);
  /** Places by the character that is there. */
  const literals = new Map<number, Uint32Array>();
  const [anything, wildcards, starts, ends, levelEnds] = [bits(), bits(), bits(), bits(), bits()];
  let place = 0;
  for (const pattern of fitting) {
    set(starts, place);
    // A wildcard may stand for nothing.
    if (/^[*%]/.test(pattern)) set(starts, place + 1);
    for (let at = 0; at < pattern.length; at++, place++) {
      const character = pattern.charAt(at), code = pattern.charCodeAt(at);
      if (character === "*") set(anything, place);
      if (character === "*" || character === "%") set(wildcards, place);
      else set(literals.get(code) ?? added(literals, code, bits()), place);
    }
    set(pattern.endsWith("%") ? levelEnds : ends, place++);
  }
  const none = bits(), reached = bits();
  return (name) => {
    const inbox = /^INBOX(?:\/|$)/.test(name) ? 5 : 0;
    reached.set(starts);
    for (let at = 0; at < name.length; at++) {
      const code = name.charCodeAt(at);
      const same = literals.get(code) ?? none;
      const lower = at < inbox ? literals.get(code | 0x20) ?? none : none;
      if (!step(reached, same, lower, code === SLASH ? anything : wildcards, wildcards)) return "none";
    }
    return haveCommon(reached, levelEnds) ? "level" : haveCommon(reached, ends) ? "name" : "none";
  };
}

/** One character: literals go on, wildcards stay, and what comes to a wildcard may go past it. @returns whether to go on. */
function step(
  reached: Uint32Array,
  same: Uint32Array,
  lower: Uint32Array,
  stay: Uint32Array,
  wildcards: Uint32Array,
): boolean {
  let all = 0, carried = 0, skipped = 0;
  for (let word = 0; word < reached.length; word++) {
    const here = wordAt(reached, word);
    const moves = here & (wordAt(same, word) | wordAt(lower, word));
    const next = moves << 1 | carried | here & wordAt(stay, word);
    carried = moves >>> 31;
    const skips = next & wordAt(wildcards, word);
    reached[word] = next | skips << 1 | skipped;
    skipped = skips >>> 31;
    all |= wordAt(reached, word);
  }
  return all !== 0;
}

/** The first ones whose places fit. */
function thatFit(patterns: readonly string[]): string[] {
  let left = MOST_PLACES;
  return patterns.filter(({ length }) => {
    if (length + 1 > left) return false;
    left -= length + 1;
    return true;
  });
}

function set(words: Uint32Array, place: number): void {
  words[place >>> 5] = wordAt(words, place >>> 5) | 1 << (place & 31);
}

function wordAt(words: Uint32Array, index: number): number {
  return words[index] ?? 0;
}

function added(literals: Map<number, Uint32Array>, code: number, words: Uint32Array): Uint32Array {
  literals.set(code, words);
  return words;
}

function haveCommon(words: Uint32Array, others: Uint32Array): boolean {
  return words.some((word, index) => (word & wordAt(others, index)) !== 0);
}
