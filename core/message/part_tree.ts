/**
 * The MIME tree while it grows (RFC 2046 §5): a stack of open parts, fed by `MimeParser` with headers, boundary lines and
 * offsets. Invariants: every offset is within its parent's body; no stack is deeper and no tree larger than the limits.
 */
import type { MessageEnvelope, MessagePart, NestedMessage } from "../contract/message.ts";
import { defaultContentType, digestContentType } from "./content_fields.ts";
import { envelopeOf } from "./envelope.ts";
import { Header } from "./header.ts";
import { describePart, type PartContent } from "./part_content.ts";
import { OpenBoundaries } from "./open_boundaries.ts";
import { TextBudget } from "./text_budget.ts";
import { isIdentityEncoding } from "./transfer_encoding.ts";

/** Bounds of what is kept and how far is looked. Beyond them nothing fails: parts stay opaque, text is left out. */
export interface MimeLimits {
  /** Octets looked at in each header block; more are skipped. */
  readonly headerBytes: number;
  /** Parts in the whole tree; what comes after belongs to the last one. */
  readonly parts: number;
  /** Parts within one another. */
  readonly depth: number;
  /** Characters of header text kept in the tree and its envelopes. */
  readonly text: number;
}

/** Real mail stays far below; a summary stays below some MiB. */
export const defaultMimeLimits: MimeLimits = { headerBytes: 262_144, parts: 10_000, depth: 100, text: 1_048_576 };

/** Where something ends: a part's content, and the line that ended it. */
export interface Ending {
  /** Before the line end that belongs to the boundary (RFC 2046 §5.1.1), or the end of the message. */
  readonly contentEnd: number;
  /** Start of the boundary line, or the end of the message. */
  readonly lineStart: number;
  /** Line ends before `lineStart`. */
  readonly lines: number;
}

interface OpenPart {
  readonly headerStart: number;
  /** True for the root and for what a message/rfc822 part holds: the header has an envelope. */
  readonly isMessage: boolean;
  bodyStart: number;
  linesBefore: number;
  content: PartContent;
  envelope: MessageEnvelope;
  /** What the body is: known once the header has ended. */
  body: "unknown" | "opaque" | "multipart" | "message";
  readonly parts: MessagePart[];
  nested: NestedMessage | undefined;
}

const noHeader = new Header(new Uint8Array(0));
const noContent: PartContent = { type: "text", subtype: "plain", parameters: [] };

/** Grows by `endHeader` and `boundary`, and is done by `finish`. */
export class PartTree {
  /** The boundaries of the multiparts that are open. */
  readonly boundaries = new OpenBoundaries();
  /** The header of the message itself, once it has ended. */
  header: Header = noHeader;
  /** The envelope of the message itself. */
  envelope: MessageEnvelope = {};
  readonly #limits: MimeLimits;
  readonly #budget: TextBudget;
  readonly #stack: OpenPart[] = [];
  #count = 0;
  #limited = false;

  /** Begins with the root, whose header comes first. */
  constructor(limits: MimeLimits) {
    this.#limits = limits;
    this.#budget = new TextBudget(limits.text);
    this.#open(0, true);
  }

  /** Whether the innermost part's header is still being read. */
  get inHeader(): boolean {
    return this.#stack.at(-1)?.body === "unknown";
  }

  /** Where the innermost part's header starts. */
  get headerStart(): number {
    return this.#stack.at(-1)?.headerStart ?? 0;
  }

  /** Whether a limit left something out. */
  get truncated(): boolean {
    return this.#limited || this.#budget.cut;
  }

  /** The innermost header has ended; its body starts at `bodyStart`, after `lines` line ends. May open a nested message. */
  endHeader(block: Uint8Array, bodyStart: number, lines: number): void {
    const part = this.#stack.at(-1);
    if (!part) return;
    // The message's own header is looked at later: the chunk it came in may be gone by then.
    const header = new Header(this.#stack.length === 1 ? block.slice() : block);
    if (bodyStart - part.headerStart > block.length) this.#limited = true;
    if (part.isMessage) part.envelope = envelopeOf(header, this.#budget);
    const parent = this.#stack.at(-2)?.content;
    // RFC 2046 §5.1.5: in a digest the default is another.
    const inDigest = !part.isMessage && parent?.type === "multipart" && parent.subtype === "digest";
    const { content, boundary } = describePart(header, inDigest ? digestContentType : defaultContentType, this.#budget);
    part.content = content;
    part.bodyStart = bodyStart;
    part.linesBefore = lines;
    part.body = this.#bodyKind(content);
    if (this.#stack.length === 1) {
      this.header = header;
      this.envelope = part.envelope;
    }
    if (part.body === "multipart") this.boundaries.open(boundary, this.#stack.length - 1);
    if (part.body === "message") this.#open(bodyStart, true);
  }

  /** A boundary line of the multipart at `level` of the stack: ends its current part, and begins one unless it closes. */
  boundary(level: number, closes: boolean, ending: Ending, nextStart: number): void {
    if (!closes && this.#count >= this.#limits.parts) {
      // Too many parts: the rest is the body of the part that is open.
      this.#limited = true;
      this.boundaries.closeAll();
      return;
    }
    this.#closeAbove(level, ending);
    if (closes) this.boundaries.closeFrom(level);
    else this.#open(nextStart, false);
  }

  /** The end of the message; every part still open ends there. */
  finish(ending: Ending): MessagePart {
    this.#closeAbove(0, ending);
    const root = this.#stack.pop();
    return root ? closed(root, ending) : { ...noContent, headerStart: 0, bodyStart: 0, bodyEnd: 0, lines: 0 };
  }

  #open(headerStart: number, isMessage: boolean): void {
    this.#count++;
    this.#stack.push({
      headerStart,
      isMessage,
      bodyStart: headerStart,
      linesBefore: 0,
      content: noContent,
      envelope: {},
      body: "unknown",
      parts: [],
      nested: undefined,
    });
  }

  #bodyKind({ type, subtype, encoding = "" }: PartContent): OpenPart["body"] {
    const holdsMessage = type === "message" && (subtype === "rfc822" || subtype === "global");
    if (type !== "multipart" && !holdsMessage) return "opaque";
    // RFC 2046 §5.2.1: a message/rfc822 part must not be encoded; if it is, its octets are no message.
    if (holdsMessage && !isIdentityEncoding(encoding)) return "opaque";
    if (this.#stack.length >= this.#limits.depth || this.#count >= this.#limits.parts) {
      this.#limited = true;
      return "opaque";
    }
    return holdsMessage ? "message" : "multipart";
  }

  /** Ends every part deeper than `level`, innermost first, and hands each to its parent. */
  #closeAbove(level: number, ending: Ending): void {
    this.boundaries.closeFrom(level + 1);
    while (this.#stack.length > level + 1) {
      const part = this.#stack.pop();
      const parent = this.#stack.at(-1);
      if (!part || !parent) return;
      const structure = closed(part, ending);
      if (part.isMessage) parent.nested = { envelope: part.envelope, structure };
      else parent.parts.push(structure);
    }
  }
}

/** A part whose end is known. */
function closed(part: OpenPart, { contentEnd, lineStart, lines }: Ending): MessagePart {
  const { headerStart, bodyStart, content, nested } = part;
  // An empty line that ends a header right before a boundary is the header's, and so within the parent too.
  const lastChild = nested?.structure ?? part.parts.at(-1);
  const bodyEnd = Math.max(bodyStart, contentEnd, lastChild?.bodyEnd ?? 0);
  const linesInBody = (bodyEnd === lineStart ? lines : lines - 1) - part.linesBefore;
  // What is spread first is copied as a whole, and later property by property.
  const placed = { ...content, headerStart, bodyStart, bodyEnd, lines: linesInBody };
  if (nested) return { ...placed, message: nested };
  if (part.body !== "multipart") return placed;
  // A multipart without a part has no meaning (RFC 2046 §5.1.1 wants one): its text is shown as what it looks like.
  const encoding = content.encoding === undefined ? {} : { encoding: content.encoding };
  const implied = { headerStart: bodyStart, bodyStart, bodyEnd, lines: linesInBody, ...noContent, ...encoding };
  return { ...placed, parts: part.parts.length > 0 ? part.parts : [implied] };
}
