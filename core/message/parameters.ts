/** Parameters of MIME fields (RFC 2045 §5.1) with RFC 2231's continuations and charsets, read as real mail needs it. */
import { latin1, latin1Bytes } from "../wire/ascii.ts";
import type { MessageParameter } from "../contract/message.ts";
import { type CharsetDecode, charsetOfStrays, decodeCharset, strayOctets } from "./charset.ts";
import { isBlank, textOf } from "./field_text.ts";
import { concat } from "./bytes.ts";

/** Further parameters of a field are left out. */
const MOST = 256;

const SEMICOLON = 59, QUOTE = 34, PAREN = 40, EQUALS = 61;

/** One `name=value` as it stands. */
interface Segment {
  readonly name: string;
  readonly value: string;
}

/**
 * Reads `; name=value; …` from `start` on. Lower-case names; the first of equal names counts. Lenient where mailers are
 * wrong: missing semicolons, blanks in an unquoted value, a quote that never closes (it runs to the end).
 */
export function parseParameters(text: string, start = 0, decode: CharsetDecode = decodeCharset): MessageParameter[] {
  const segments = splitSegments(text, start);
  if (segments.length === 0) return [];
  return segments.some((segment) => segment.name.includes("*"))
    ? joinContinuations(segments, decode)
    : distinct(segments);
}

/** The value of a parameter. */
export function parameter(parameters: readonly MessageParameter[], name: string): string | undefined {
  return parameters.find(([key]) => key === name)?.[1];
}

function distinct(segments: readonly Segment[]): MessageParameter[] {
  const values = new Map<string, string>();
  for (const { name, value } of segments) if (!values.has(name)) values.set(name, value);
  return [...values];
}

function splitSegments(text: string, start: number): Segment[] {
  const segments: Segment[] = [];
  for (let at = skipComments(text, start); at < text.length && segments.length < MOST; at = skipComments(text, at)) {
    if (text.charCodeAt(at) === SEMICOLON) {
      at++;
      continue;
    }
    const nameEnd = endOf(text, at, isNameCharacter);
    const name = text.slice(at, nameEnd).toLowerCase();
    at = skipBlanks(text, nameEnd);
    if (text.charCodeAt(at) !== EQUALS) {
      // No parameter: one character is passed over, if the name was empty, so that there is an end.
      if (name === "" && at < text.length) at++;
      continue;
    }
    at = skipBlanks(text, at + 1);
    const value = text.charCodeAt(at) === QUOTE ? quotedValue(text, at) : plainValue(text, at);
    if (name !== "") segments.push({ name, value: value.text });
    at = value.end;
  }
  return segments;
}

interface Value {
  readonly text: string;
  readonly end: number;
}

/** RFC 5322 §3.2.4; a backslash quotes the character after it. */
function quotedValue(text: string, start: number): Value {
  const close = text.indexOf('"', start + 1);
  const simple = text.slice(start + 1, close < 0 ? text.length : close);
  if (!simple.includes("\\")) return { text: simple, end: close < 0 ? text.length : close + 1 };
  let value = "";
  let at = start + 1;
  for (; at < text.length && text.charCodeAt(at) !== QUOTE; at++) {
    if (text.charAt(at) === "\\" && at + 1 < text.length) at++;
    value += text.charAt(at);
  }
  return { text: value, end: at + 1 };
}

/** Up to ";". Blanks are part of it when no comment and no further `name=` comes after them: `name=my file.pdf`. */
function plainValue(text: string, start: number): Value {
  let end = endOf(text, start, isValueCharacter);
  for (;;) {
    const next = skipBlanks(text, end);
    const code = text.charCodeAt(next);
    if (next === end || next >= text.length || code === SEMICOLON || code === PAREN || code === QUOTE) break;
    const wordEnd = endOf(text, next, isValueCharacter);
    if (wordEnd === next || text.slice(next, wordEnd).includes("=") || text.charCodeAt(wordEnd) === EQUALS) break;
    end = wordEnd;
  }
  return { text: text.slice(start, end), end };
}

/**
 * RFC 2231 §3 and §4: `name*0`, `name*1*`, `name*`. A parameter in extended form wins over a plain one of its name. Numbers
 * may come in any order; at a gap the value ends.
 */
function joinContinuations(segments: readonly Segment[], decode: CharsetDecode): MessageParameter[] {
  const plain = new Map<string, string>();
  const extended = new Map<string, Map<number, Segment>>();
  const names = new Set<string>();
  for (const segment of segments) {
    const match = /^([^*]+)(?:\*(\d{1,4}))?(\*?)$/.exec(segment.name);
    const name = match?.[1] ?? segment.name;
    names.add(name);
    if (!match || (match[2] === undefined && match[3] === "")) {
      if (!plain.has(name)) plain.set(name, segment.value);
      continue;
    }
    const numbered = extended.get(name) ?? new Map<number, Segment>();
    extended.set(name, numbered);
    const number = Number(match[2] ?? 0);
    if (!numbered.has(number)) numbered.set(number, segment);
  }
  return [...names].flatMap((name): MessageParameter[] => {
    const numbered = extended.get(name);
    const first = numbered?.get(0);
    if (numbered && first) {
      const value = joinNumbered(numbered, first, decode);
      return [first.name.endsWith("*") ? [name, value, true] : [name, value]];
    }
    const value = plain.get(name);
    return value === undefined ? [] : [[name, value]];
  });
}

function joinNumbered(numbered: ReadonlyMap<number, Segment>, first: Segment, decode: CharsetDecode): string {
  // RFC 2231 §4: charset'language' stands once, at the start, and only in a value marked with "*".
  const information = first.name.endsWith("*") ? /^([^']*)'[^']*'/.exec(first.value) : null;
  const segments: Segment[] = [];
  for (let number = 0; number < numbered.size; number++) {
    const segment = numbered.get(number);
    if (!segment) break;
    const value = number === 0 && information ? segment.value.slice(information[0].length) : segment.value;
    segments.push({ name: segment.name, value });
  }
  const charset = charsetOfStrays(segments.map(({ value }) => value).join(""), information?.[1] || "utf-8");
  const bytes = concat(segments.map(({ name, value }) => {
    const octets = strayOctets(value, charset);
    return name.endsWith("*") ? percentDecoded(octets) : octets;
  }));
  return information?.[1] ? decode(bytes, charset) : textOf(bytes);
}

/** Octets of `%41` escapes; anything else as it is. */
function percentDecoded(octets: Uint8Array): Uint8Array {
  const text = latin1(octets);
  if (!text.includes("%")) return octets;
  return latin1Bytes(text.replace(
    /%([0-9A-Fa-f]{2})/g,
    (_escape, hex: string) => String.fromCharCode(parseInt(hex, 16)),
  ));
}

/** Where, from `start` on, something stands that is neither blank nor comment. */
export function skipComments(text: string, start = 0): number {
  let at = skipBlanks(text, start);
  while (text.charCodeAt(at) === PAREN) at = skipBlanks(text, skipComment(text, at));
  return at;
}

/** RFC 822 comments nest; one that never closes runs to the end. */
function skipComment(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === "\\") at++;
    else if (character === "(") depth++;
    else if (character === ")" && --depth === 0) return at + 1;
  }
  return text.length;
}

function skipBlanks(text: string, start: number): number {
  return endOf(text, start, isBlank);
}

function endOf(text: string, start: number, belongs: (code: number) => boolean): number {
  let at = start;
  while (at < text.length && belongs(text.charCodeAt(at))) at++;
  return at;
}

function isNameCharacter(code: number): boolean {
  return !isBlank(code) && code !== SEMICOLON && code !== EQUALS && code !== QUOTE && code !== PAREN;
}

function isValueCharacter(code: number): boolean {
  return !isBlank(code) && code !== SEMICOLON && code !== QUOTE;
}
