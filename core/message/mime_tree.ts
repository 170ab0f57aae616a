/**
 * The MIME structure of a message (RFC 2045, RFC 2046) with exact byte offsets, from any chunks, in bounded memory and linear
 * time. Nothing is an error. The choices for broken mail:
 *
 * - LF ends a line, after a CR or bare; a bare CR is data;
 * - a header lasts until an empty line, a boundary line, or the end; lines in it that are no fields stay in it;
 * - a multipart without boundary, or whose boundary never comes, has one text/plain part: its whole body;
 * - parts without a closing boundary end where their parent's part does, or with the message.
 */
import type { MessageEnvelope, MessagePart } from "../contract/message.ts";
import { latin1 } from "../wire/ascii.ts";
import { GrowingBytes } from "./bytes.ts";
import type { Header } from "./header.ts";
import { countLineFeeds } from "./line_endings.ts";
import { LONGEST_BOUNDARY } from "./open_boundaries.ts";
import { defaultMimeLimits, type MimeLimits, PartTree } from "./part_tree.ts";

export { defaultMimeLimits, type MimeLimits } from "./part_tree.ts";

const LF = 10, CR = 13, DASH = 45;
const nothing = new Uint8Array(0);

/** Octets of a line that are looked at; more than any boundary line has. */
const LINE_HEAD = LONGEST_BOUNDARY * 4;

/** Feed it with `push` and end with `finish`; the result is the same however the message is split. */
export class MimeParser {
  readonly #tree: PartTree;
  readonly #headerBytes: number;
  /** Octets before the current chunk. */
  #offset = 0;
  /** Line ends so far. */
  #lines = 0;
  /** The line that began in an earlier chunk: its first octets, where it starts, the length of the line end before it. */
  #head = nothing;
  #headLength = 0;
  #lineStart = 0;
  #lineEndBefore = 0;
  /** The last two octets before the current chunk. */
  #last = 0;
  #beforeLast = 0;
  /** The current header: what earlier chunks had of it, and where it goes on in this one. */
  readonly #headerKept: GrowingBytes;
  #headerFrom = 0;

  /** Begins with an empty message, within the usual limits unless others are given. */
  constructor(limits: Partial<MimeLimits> = {}) {
    const all = { ...defaultMimeLimits, ...limits };
    this.#headerBytes = all.headerBytes;
    this.#headerKept = new GrowingBytes(all.headerBytes);
    this.#tree = new PartTree(all);
  }

  /** Octets taken in so far. */
  get size(): number {
    return this.#offset;
  }

  /** Line ends so far. */
  get lines(): number {
    return this.#lines;
  }

  /** The message's own header; empty until it has ended. */
  get header(): Header {
    return this.#tree.header;
  }

  /** The message's own envelope; empty until its header has ended. */
  get envelope(): MessageEnvelope {
    return this.#tree.envelope;
  }

  /** Whether a limit left something out. */
  get truncated(): boolean {
    return this.#tree.truncated;
  }

  /** Takes the next octets; the chunk may be reused afterwards. @param text The same: one is searched more quickly. */
  push(chunk: Uint8Array, text: string = latin1(chunk)): void {
    if (chunk.length === 0) return;
    this.#headerFrom = 0;
    let at = this.#headLength > 0 ? this.#endCarriedLine(chunk) : 0;
    while (at < chunk.length) {
      if (!this.#tree.inHeader) {
        at = this.#skipBody(text, at);
        if (at === chunk.length) break;
      }
      const lineFeed = text.indexOf("\n", at);
      if (lineFeed < 0) {
        this.#carryLine(chunk, at);
        break;
      }
      const end = lineFeed + 1;
      if (this.#mayBeBoundary(chunk, at) || isEmptyLine(chunk, at) && this.#tree.inHeader) {
        const head = chunk.subarray(at, Math.min(end, at + LINE_HEAD));
        this.#line(chunk, head, this.#offset + at, this.#offset + end);
      }
      this.#lines++;
      at = end;
    }
    this.#endChunk(chunk);
  }

  /** The tree; the parser is used up. */
  finish(): MessagePart {
    const end = this.#offset;
    this.#headerFrom = 0;
    if (this.#headLength > 0) this.#line(nothing, this.#head.subarray(0, this.#headLength), this.#lineStart, end);
    this.#endHeaders(nothing, end, end, this.#lines);
    return this.#tree.finish({ contentEnd: end, lineStart: end, lines: this.#lines });
  }

  /** A whole line: its first octets, where it starts and where the next one does. */
  #line(chunk: Uint8Array, head: Uint8Array, start: number, next: number): void {
    if (this.#mayBeBoundary(head, 0)) {
      const boundary = this.#tree.boundaries.match(head);
      if (boundary) {
        // RFC 2046 §5.1.1: the line end before a boundary belongs to it.
        const contentEnd = start - this.#lineEndAt(chunk, start);
        this.#endHeaders(chunk, contentEnd, start, this.#lines);
        const ending = { contentEnd, lineStart: start, lines: this.#lines };
        this.#tree.boundary(boundary.level, boundary.closes, ending, next);
        this.#startHeader(next);
        return;
      }
    }
    if (!this.#tree.inHeader) return;
    // RFC 5322 §2.1: an empty line ends the header.
    if (!isEmptyLine(head, 0)) return;
    this.#tree.endHeader(this.#takeHeader(chunk, next), next, this.#lines + 1);
    this.#startHeader(next);
  }

  /** Ends a header that has no empty line; a message part that ends so holds a message with nothing in it. */
  #endHeaders(chunk: Uint8Array, contentEnd: number, lineStart: number, lines: number): void {
    while (this.#tree.inHeader) {
      const end = Math.max(this.#tree.headerStart, contentEnd);
      this.#tree.endHeader(this.#takeHeader(chunk, end), end, end === lineStart ? lines : lines - 1);
      this.#startHeader(end);
    }
  }

  /** Octets of the header that ends at `end`, as many as are kept. */
  #takeHeader(chunk: Uint8Array, end: number): Uint8Array {
    const here = chunk.subarray(this.#headerFrom, Math.max(this.#headerFrom, end - this.#offset));
    if (this.#headerKept.length === 0) return here.subarray(0, this.#headerBytes);
    this.#headerKept.append(here);
    // A boundary line that began in an earlier chunk was kept with the header.
    return this.#headerKept.take().subarray(0, end - this.#tree.headerStart);
  }

  #startHeader(start: number): void {
    this.#headerFrom = Math.max(0, start - this.#offset);
  }

  /** Goes over lines that mean nothing: to one that may be a boundary, to the last when it does not end, or to the end. */
  #skipBody(text: string, from: number): number {
    let to = text.length;
    if (!this.#tree.boundaries.none && text.startsWith("--", from)) return from;
    if (!this.#tree.boundaries.none) {
      const next = text.indexOf("\n--", from);
      to = Math.max(from, (next < 0 ? text.lastIndexOf("\n") : next) + 1);
    }
    this.#lines += countLineFeeds(text, from, to);
    return to;
  }

  #mayBeBoundary(bytes: Uint8Array, at: number): boolean {
    return bytes[at] === DASH && bytes[at + 1] === DASH && !this.#tree.boundaries.none;
  }

  /** Length of the line end before a line: CRLF, or a bare LF, or nothing at the start of the message. */
  #lineEndAt(chunk: Uint8Array, lineStart: number): number {
    if (lineStart === 0) return 0;
    const at = lineStart - this.#offset;
    if (at < 0) return this.#lineEndBefore;
    const before = at >= 2 ? chunk[at - 2] : at === 1 ? this.#last : this.#beforeLast;
    return before === CR && lineStart >= 2 ? 2 : 1;
  }

  /** The first octets of a line whose end is not in this chunk. */
  #carryLine(chunk: Uint8Array, at: number): void {
    this.#lineStart = this.#offset + at;
    this.#lineEndBefore = this.#lineEndAt(chunk, this.#lineStart);
    this.#addToHead(chunk.subarray(at));
  }

  #addToHead(bytes: Uint8Array): void {
    // A message in one chunk needs none.
    if (this.#head === nothing) this.#head = new Uint8Array(LINE_HEAD);
    const piece = bytes.subarray(0, LINE_HEAD - this.#headLength);
    this.#head.set(piece, this.#headLength);
    this.#headLength += piece.length;
  }

  /** Where the line after the carried one starts: the end of the chunk if the line goes on beyond it. */
  #endCarriedLine(chunk: Uint8Array): number {
    const lineFeed = chunk.indexOf(LF);
    const end = lineFeed < 0 ? chunk.length : lineFeed + 1;
    this.#addToHead(chunk.subarray(0, end));
    if (lineFeed < 0) return end;
    const head = this.#head.subarray(0, this.#headLength);
    this.#headLength = 0;
    this.#line(chunk, head, this.#lineStart, this.#offset + end);
    this.#lines++;
    return end;
  }

  #endChunk(chunk: Uint8Array): void {
    if (this.#tree.inHeader) this.#headerKept.append(chunk.subarray(this.#headerFrom));
    this.#beforeLast = chunk.length > 1 ? chunk[chunk.length - 2] ?? 0 : this.#last;
    this.#last = chunk[chunk.length - 1] ?? 0;
    this.#offset += chunk.length;
  }
}

function isEmptyLine(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === LF || (bytes[at] === CR && bytes[at + 1] === LF);
}
