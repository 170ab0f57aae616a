/** The words of an HTML text (RFC 2854) without its markup: as much of HTML as a preview needs, for any input. */
import { decodeEntities } from "./html_entities.ts";

/** Elements whose content is not for reading. */
const unread = new Set(["script", "style", "svg", "template", "title"]);

/** Elements that stand within a line; all others part words. */
const inline = new Set(
  ("a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd mark q s samp small span strike strong sub " +
    "sup tt u var wbr").split(" "),
);

/** At the place where it is tried: `<name` or `</name`. */
const tagStart = /<(\/?)([a-z][a-z0-9:-]*)/iy;

/** In a tag, the quoted values of so many characters may hold ">"; what is longer is no tag of a sane mind. */
const LONGEST_TAG = 1000;

/** The text of some HTML, white space as it comes; reading ends when there are `most` characters or more. */
export function htmlText(html: string, most: number): string {
  let text = "";
  for (let at = 0; at < html.length && text.length < most;) {
    const open = html.indexOf("<", at);
    const end = open < 0 ? html.length : open;
    if (end > at) text += decodeEntities(html.slice(at, end));
    if (open < 0) break;
    const markup = markupAt(html, open);
    text += markup.text;
    at = markup.end;
  }
  return text;
}

/** What stands for markup in the text, and where the markup ends. */
interface Markup {
  readonly text: string;
  readonly end: number;
}

function markupAt(html: string, start: number): Markup {
  if (html.startsWith("<!--", start)) return { text: "", end: endOf(html, "-->", start + 4) };
  tagStart.lastIndex = start;
  const [begun, slash, written] = tagStart.exec(html) ?? [];
  if (begun === undefined || written === undefined) {
    // A declaration, a processing instruction, or a sign for "less than".
    const isMarkup = /[!?/]/.test(html.charAt(start + 1));
    return isMarkup ? { text: "", end: endOf(html, ">", start) } : { text: "<", end: start + 1 };
  }
  const name = written.toLowerCase();
  const end = endOfTag(html, start + begun.length);
  if (slash === "" && unread.has(name)) return { text: " ", end: endOfElement(html, name, end) };
  // Names with a colon are what word processors put into lines.
  return { text: inline.has(name) || name.includes(":") ? "" : " ", end };
}

function endOf(html: string, mark: string, from: number): number {
  const found = html.indexOf(mark, from);
  return found < 0 ? html.length : found + mark.length;
}

/** After the ">" of a tag; one inside quotes is none, if the quotes close soon. */
function endOfTag(html: string, from: number): number {
  let quote = "";
  for (let at = from; at < html.length && at - from < LONGEST_TAG; at++) {
    const character = html.charAt(at);
    if (quote === "" && character === ">") return at + 1;
    if (character === quote) quote = "";
    else if (quote === "" && (character === '"' || character === "'")) quote = character;
  }
  return endOf(html, ">", from);
}

/** After the end tag of an element, which is not looked into. */
function endOfElement(html: string, name: string, from: number): number {
  const endTag = new RegExp(`</${name}`, "gi");
  endTag.lastIndex = from;
  return endTag.test(html) ? endOf(html, ">", endTag.lastIndex) : html.length;
}
