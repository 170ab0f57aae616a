/** Flags and keywords, spelled as in IMAP (RFC 9051 §2.3.2). */
import { systemFlags } from "../../../../core/mailboxes/flag_rights.ts";

/** Reads a flag; undefined for what is none, and for flags with a backslash that are no message's to keep. */
function parseFlag(word: string): string | undefined {
  // RFC 9051 §9: flag-keyword is an atom; its characters but the atom-specials.
  if (/^[!#$&'+,\-./0-9:;<=>?@A-Z[^_`a-z|}~]{1,255}$/.test(word)) return word;
  return systemFlags.find((flag) => flag.toLowerCase() === word.toLowerCase());
}

/** Reads some; undefined when one of them is none. */
export function parseFlags(words: readonly string[]): readonly string[] | undefined {
  const flags = words.map(parseFlag);
  return flags.every((flag) => flag !== undefined) ? flags : undefined;
}
