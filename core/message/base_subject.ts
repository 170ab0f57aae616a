/** The base subject (RFC 5256 §2.1): what is left of a Subject without "Re:", "Fwd:", "[list]" and the like. */
import { type CharsetDecode, decodeCharset } from "./charset.ts";
import { decodeEncodedWords } from "./encoded_word.ts";

/** A base subject, and what was taken away to get it. */
export interface BaseSubject {
  /** In its own letters; compared with a collation. */
  readonly text: string;
  /** RFC 5256 §3, REFERENCES: whether what was removed says that the message is a reply or was forwarded. */
  readonly isReplyOrForward: boolean;
}

const SPACE = 0x20, OPEN = 0x5b, CLOSE = 0x5d, COLON = 0x3a;

/** RFC 5256 §5, at one place in the text: `"re" / ("fw" ["d"])`, `"[fwd:"`. Only ASCII has case here. */
const replyWord = /re|fwd?/iy;
const forwardHeader = /\[fwd:/iy;
const forwardTrailer = "(fwd)";

/** Finds the base subject, in time linear in its length. */
export function baseSubject(subject: string, decode: CharsetDecode = decodeCharset): BaseSubject {
  // RFC 5256 §2.1, step 1.
  const text = decodeEncodedWords(subject, decode).replace(/[ \t\r\n]+/g, " ");
  let start = 0, end = text.length;
  let isReplyOrForward = false;
  for (;;) {
    const trimmed = withoutTrailers(text, start, end);
    const led = withoutLeaders(text, start, trimmed.at);
    isReplyOrForward ||= trimmed.isTold || led.isTold;
    start = led.at;
    end = trimmed.at;
    // Step 6: what was forwarded has a subject of its own.
    const inner = after(forwardHeader, text, start);
    if (inner === undefined || inner >= end || text.charCodeAt(end - 1) !== CLOSE) break;
    start = inner;
    end--;
    isReplyOrForward = true;
  }
  return { text: text.slice(start, end), isReplyOrForward };
}

/** Where text begins or ends without what was passed over, and whether that told of a reply or forward. */
interface Passed {
  readonly at: number;
  readonly isTold: boolean;
}

/** Step 2: any number of subj-trailers. */
function withoutTrailers(text: string, start: number, end: number): Passed {
  let at = end;
  let isTold = false;
  for (;;) {
    if (at > start && text.charCodeAt(at - 1) === SPACE) at--;
    else if (at - forwardTrailer.length >= start && endsWithForward(text, at)) {
      at -= forwardTrailer.length;
      isTold = true;
    } else return { at, isTold };
  }
}

function endsWithForward(text: string, end: number): boolean {
  return text.slice(end - forwardTrailer.length, end).toLowerCase() === forwardTrailer;
}

/**
 * Steps 3 to 5: any number of subj-leaders, and of subj-blobs as long as something is left. Blobs stand in rows, and a
 * row is looked at once: with a subj-refwd behind it, it is the beginning of a leader; without, its blobs go one by one.
 */
function withoutLeaders(text: string, start: number, end: number): Passed {
  let at = start;
  let isTold = false;
  for (;;) {
    at = skipSpaces(text, at, end);
    /** Before the last blob of the row, and behind it. */
    let lastBlob = at, rowEnd = at;
    for (let next = skipBlob(text, at, end); next !== undefined; next = skipBlob(text, next, end)) {
      lastBlob = rowEnd;
      rowEnd = next;
    }
    const led = skipReply(text, rowEnd, end);
    // Step 4: the last blob stays when nothing would be left.
    if (led === undefined) return { at: rowEnd < end ? rowEnd : lastBlob, isTold };
    at = led;
    isTold = true;
  }
}

/** subj-blob: after it and the spaces behind it; undefined where none stands. */
function skipBlob(text: string, start: number, end: number): number | undefined {
  if (start >= end || text.charCodeAt(start) !== OPEN) return undefined;
  for (let at = start + 1; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === OPEN) return undefined;
    if (code === CLOSE) return skipSpaces(text, at + 1, end);
  }
  return undefined;
}

/** subj-refwd: after it; undefined where none stands. */
function skipReply(text: string, start: number, end: number): number | undefined {
  const word = after(replyWord, text, start);
  if (word === undefined || word > end) return undefined;
  const blob = skipSpaces(text, word, end);
  const colon = skipBlob(text, blob, end) ?? blob;
  return colon < end && text.charCodeAt(colon) === COLON ? colon + 1 : undefined;
}

function skipSpaces(text: string, start: number, end: number): number {
  let at = start;
  while (at < end && text.charCodeAt(at) === SPACE) at++;
  return at;
}

/** After what matches at this place. */
function after(pattern: RegExp, text: string, start: number): number | undefined {
  pattern.lastIndex = start;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}
