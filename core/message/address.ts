/**
 * Address lists (RFC 5322 §3.4, obsolete forms of §4.4, UTF-8 of RFC 6532) as IMAP's ENVELOPE wants them: flat, with markers
 * for groups. Any text gives a reading, and reading is linear in its length. The choices for broken input:
 *
 * - the last "@" of an address parts mailbox and host; without one, the host is the empty string;
 * - words before an address without angle brackets, and a comment after one, are its name: `Joe joe@x`, `joe@x (Joe)`;
 * - what stands before "<" is the name, even if it holds an address: `joe@x <joe@x>`;
 * - a quote or parenthesis that never closes is an ordinary character.
 */
import type { MessageAddress } from "../contract/message.ts";
import { type AddressToken, AddressTokens } from "./address_tokens.ts";

/** Reads the value of an address field (unfolded). At most `limit` entries; further ones are left out. */
export function parseAddressList(text: string, limit = 100_000): MessageAddress[] {
  const tokens = new AddressTokens(text);
  const list: MessageAddress[] = [];
  let inGroup = false;
  while (list.length < limit) {
    const words = collect(tokens, inGroup);
    const stop = tokens.next();
    if (stop?.kind === "<") {
      list.push(angleAddress(words, tokens));
      continue;
    }
    if (stop?.kind === ":") {
      inGroup = true;
      list.push({ mailbox: joinWords(words) });
      continue;
    }
    const address = bareAddress(words);
    if (address) list.push(address);
    if (stop?.kind === ";" && inGroup) {
      inGroup = false;
      list.push({});
    }
    if (!stop) break;
  }
  // A group that never ends would swallow what a client reads after it.
  if (inGroup) list.push({});
  return list;
}

/** Reads one address and nothing else: undefined when the text holds none, more than one, a group, or no host. */
export function parseMailbox(text: string): MessageAddress | undefined {
  const [address, ...more] = parseAddressList(text, 2);
  return address?.mailbox && address.host && more.length === 0 ? address : undefined;
}

/** Only the entries that are addresses: no markers of groups. */
export function mailboxesOf(list: readonly MessageAddress[]): MessageAddress[] {
  return list.filter((address) => address.host !== undefined);
}

/** Words up to the character that decides what they are. A ":" opens a group only where an address may begin. */
function collect(tokens: AddressTokens, inGroup: boolean): AddressToken[] {
  const words: AddressToken[] = [];
  for (let token = tokens.peek(); token; token = tokens.peek()) {
    if (token.kind === "," || token.kind === ";" || token.kind === "<") return words;
    if (token.kind === ":" && !inGroup && words.length > 0 && !words.some((word) => word.kind === "@")) return words;
    tokens.next();
    // A stray ">" closes nothing.
    if (token.kind !== ">") words.push(token);
  }
  return words;
}

/** What follows "<": `[route ":"] addr-spec ">"`, and comments or stray words up to the next separator. */
function angleAddress(words: readonly AddressToken[], tokens: AddressTokens): MessageAddress {
  const route = tokens.peek()?.kind === "@" ? readRoute(tokens) : "";
  const inside: AddressToken[] = [];
  for (let token = tokens.peek(); token && token.kind !== "," && token.kind !== ";"; token = tokens.peek()) {
    tokens.next();
    if (token.kind === ">") break;
    if (token.kind !== "comment") inside.push(token);
  }
  const after: AddressToken[] = [];
  for (let token = tokens.peek(); token && token.kind !== "," && token.kind !== ";"; token = tokens.peek()) {
    tokens.next();
    after.push(token);
  }
  if (tokens.peek()?.kind === ",") tokens.next();
  const name = joinWords(words) || commentOf(words) || joinWords(after) || commentOf(after);
  return address(name, route, inside);
}

/** RFC 5322 §4.4 obs-route: domains, each with its "@", up to ":". Without the ":" it was no route; the last one decides. */
function readRoute(tokens: AddressTokens): string {
  if (!tokens.colonBeforeAngle()) return "";
  let route = "";
  for (let token = tokens.next(); token && token.kind !== ":"; token = tokens.next()) {
    if (token.kind !== "comment") route += token.text;
  }
  return route.replace(/,+$/, "");
}

/** An address without angle brackets; undefined when there are no words at all. */
function bareAddress(words: readonly AddressToken[]): MessageAddress | undefined {
  const plain = words.filter((word) => word.kind !== "comment");
  if (plain.length === 0) return undefined;
  const at = plain.findLastIndex((word) => word.kind === "@");
  if (at < 0) return address(commentOf(words), "", plain);
  // The local part is what touches the "@"; blanks belong to it only around dots (§4.4 obs-local-part).
  let start = Math.max(at - 1, 0);
  while (start > 0 && touches(plain[start - 1], plain[start])) start--;
  let end = Math.min(at + 2, plain.length);
  while (end < plain.length && touches(plain[end - 1], plain[end])) end++;
  const name = joinWords(plain.slice(0, start)) || commentOf(words) || joinWords(plain.slice(end));
  return address(name, "", plain.slice(start, end));
}

function address(name: string, route: string, spec: readonly AddressToken[]): MessageAddress {
  const at = spec.findLastIndex((token) => token.kind === "@");
  const mailbox = joinSpec(at < 0 ? spec : spec.slice(0, at));
  const host = at < 0 ? "" : spec.slice(at + 1).map((token) => token.text).join("");
  return { ...(name !== "" && { name }), ...(route !== "" && { route }), mailbox, host };
}

/** Whether two neighbouring tokens of an addr-spec belong together. */
function touches(left: AddressToken | undefined, right: AddressToken | undefined): boolean {
  if (!left || !right) return false;
  if (!right.blankBefore) return true;
  return left.kind === "@" || right.kind === "@" || left.text.endsWith(".") || right.text.startsWith(".");
}

/** A local part: blanks around its dots mean nothing, other blanks are kept as one. */
function joinSpec(spec: readonly AddressToken[]): string {
  let text = "";
  for (const [index, token] of spec.entries()) {
    text += index === 0 || touches(spec[index - 1], token) ? token.text : ` ${token.text}`;
  }
  return text;
}

/** A phrase: its words, a space where white space or a comment was. */
function joinWords(words: readonly AddressToken[]): string {
  let text = "";
  let spaced = false;
  for (const word of words) {
    if (word.kind === "comment") {
      spaced = true;
      continue;
    }
    text += (spaced || word.blankBefore) && text !== "" ? ` ${word.text}` : word.text;
    spaced = false;
  }
  return text;
}

function commentOf(words: readonly AddressToken[]): string {
  return words.find((word) => word.kind === "comment" && word.text !== "")?.text ?? "";
}
