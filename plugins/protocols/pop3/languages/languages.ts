/** The languages of LANG (RFC 6856 §3), and how a client's language range finds one of them (RFC 4647 §3.4). */
import { english } from "./english.ts";
import { french } from "./french.ts";
import { german } from "./german.ts";
import { spanish } from "./spanish.ts";
import type { Language } from "./texts.ts";

/** All of them, in the order in which they are listed. */
export const languages: readonly Language[] = [english, german, french, spanish];

/** RFC 1939 §3: before LANG, what is said is ASCII, and English. */
export const firstLanguage: Language = english;

/** RFC 4647 §2.1: whether this is a basic language range other than `*`. */
export function isLanguageRange(text: string): boolean {
  return text.length <= 64 && /^[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*$/.test(text);
}

/** The language that a range asks for; undefined when there is none. */
export function lookUpLanguage(range: string): Language | undefined {
  // RFC 4647 §3.4: from the end, one subtag after the other is left off. No tag of ours ends in a single character, so those
  // need no rule of their own.
  const subtags = range.toLowerCase().split("-");
  for (; subtags.length > 0; subtags.pop()) {
    const found = languages.find(({ tag }) => tag.toLowerCase() === subtags.join("-"));
    if (found !== undefined) return found;
  }
  return undefined;
}
