/** Flags (RFC 9051 §2.3.2): system flags and their extensions with a backslash, keywords without. */
import { systemFlags } from "../../../../core/mailboxes/flag_rights.ts";
import type { Scanner } from "./scanner.ts";
import { printList, type WireText } from "./wire_text.ts";

const spelled: ReadonlyMap<string, string> = new Map(systemFlags.map((flag) => [flag.toUpperCase(), flag]));

/**
 * Reads a flag: system flags come out as the RFC spells them, others as they are. Any `\` atom is a flag here, also
 * `\Recent` (flag-extension): which of them can be set is another question. @throws Malformed.
 */
export function expectFlag(scanner: Scanner): string {
  if (!scanner.accept("\\")) return scanner.expectAtom("a flag");
  return asSpelled(`\\${scanner.expectAtom("the name of a flag")}`);
}

/** Reads a keyword: an atom. @throws Malformed. */
export function expectKeywordFlag(scanner: Scanner): string {
  return scanner.expectAtom("a keyword");
}

/** Reads flags in parentheses, perhaps none. @throws Malformed. */
export function expectFlagList(scanner: Scanner): string[] {
  return scanner.expectList(expectFlag, 0);
}

/** A text as `expectFlag` would have read it; undefined when it is no flag. */
export function flagOf(text: string): string | undefined {
  // RFC 9051 §9: atoms have none of the atom-specials.
  return /^\\?[!#$&'+,\-./0-9:;<=>?@A-Z[^_`a-z|}~]+$/.test(text) ? asSpelled(text) : undefined;
}

/** Writes flags in parentheses. */
export function printFlagList(flags: readonly string[]): WireText {
  return printList(flags);
}

function asSpelled(flag: string): string {
  return spelled.get(flag.toUpperCase()) ?? flag;
}
