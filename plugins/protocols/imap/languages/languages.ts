/** The languages of LANGUAGE (RFC 5255 §3), and how a client's language range finds one of them (RFC 4647 §3.4). */
import { french } from "./french.ts";
import { frenchGrammar } from "./french_grammar.ts";
import { german } from "./german.ts";
import { germanGrammar } from "./german_grammar.ts";
import { Translation } from "./translation.ts";

/** A language. */
export interface Language {
  /** RFC 5646. */
  readonly tag: string;
  /** Absent: it is English. */
  readonly translation?: Translation;
  /** What stands before the names of others' mailboxes, to be shown to people (RFC 5255 §3.4). */
  readonly othersPrefix?: string;
}

/** RFC 5255 §3.1: what is spoken until the client asks for another: English in ASCII. */
export const firstLanguage: Language = { tag: "i-default" };

/** All of them, in the order in which they are listed. */
export const languages: readonly Language[] = [
  firstLanguage,
  { tag: "en" },
  { tag: "de", translation: new Translation(german, germanGrammar), othersPrefix: "Andere Benutzer/" },
  { tag: "fr", translation: new Translation(french, frenchGrammar), othersPrefix: "Autres utilisateurs/" },
];

/** The language that the first of these ranges asks for that asks for one of them; `preferred` is that of the server. */
export function lookUpLanguage(ranges: readonly string[], preferred: Language): Language | undefined {
  for (const range of ranges) {
    // RFC 5255 §3.2: what the administrator prefers; RFC 4647 §3.4: and so does whoever wants any.
    if (/^(?:default|\*)$/i.test(range)) return preferred;
    // RFC 4647 §3.4: from the end, one subtag after the other is left off.
    for (const subtags = range.toLowerCase().split("-", 20); subtags.length > 0; subtags.pop()) {
      const found = languages.find(({ tag }) => tag === subtags.join("-"));
      if (found !== undefined) return found;
    }
  }
  return undefined;
}
