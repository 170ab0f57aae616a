/**
 * A message while filters and places look at it: the written body, and the changes that were asked for. What is parsed is
 * parsed when it is first asked for, and again only after a change.
 */
import type { FilteredMessage, MessageChanges } from "../contract/filter.ts";
import type { MessageField, MessagePart, MessageSummary } from "../contract/message.ts";
import { Refusal } from "../contract/refusal.ts";
import type { Body } from "../contract/storage.ts";
import { concat } from "../message/bytes.ts";
import { CharsetDecoder } from "../message/charset.ts";
import { editHeader } from "../message/edit_header.ts";
import { decodeEncodedWords } from "../message/encoded_word.ts";
import { Header, headerSize } from "../message/header.ts";
import { parameter } from "../message/parameters.ts";
import { summarizeChunks } from "../message/summary.ts";
import { decodeTransfer } from "../message/transfer_encoding.ts";

/** Octets that are read at once. */
const PIECE = 65_536;
/** Octets of a header that is held in memory: real ones are far below, and what is beyond is looked at by nobody. */
const LARGEST_HEADER = 1_048_576;
/** Octets of a part that are given unless more are asked for. */
const USUAL_CONTENT = 1_048_576;

/** What stands between two places of the message: octets of our own, or some of the written body. */
type Segment = Uint8Array | { readonly start: number; readonly end: number };

interface Parsed {
  fields?: Promise<readonly MessageField[]>;
  summary?: Promise<MessageSummary>;
}

/** The contract's message, and what becomes of it. */
export class ReviewedMessage implements FilteredMessage {
  readonly id: string;
  readonly #body: Body;
  readonly #trace: number;
  #segments: readonly Segment[];
  #parsed: Parsed = {};

  /** @param trace Octets of our own fields at the beginning, which nobody changes (RFC 5321 §4.4). */
  constructor(id: string, body: Body, trace: number) {
    this.id = id;
    this.#body = body;
    this.#trace = trace;
    this.#segments = [{ start: 0, end: body.size }];
  }

  get size(): number {
    return this.#segments.reduce((size, segment) => size + sizeOf(segment), 0);
  }

  /** Whether it is no longer what was written. */
  get isChanged(): boolean {
    return this.#segments.length > 1;
  }

  async read(start: number, end: number): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    let at = 0;
    for (const segment of this.#segments) {
      const size = sizeOf(segment);
      const from = Math.max(0, start - at), to = Math.min(size, end - at);
      if (from < to) pieces.push(await this.#readSegment(segment, from, to));
      at += size;
    }
    return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : concat(pieces);
  }

  fields(): Promise<readonly MessageField[]> {
    return this.#parsed.fields ??= this.#readFields();
  }

  async field(name: string): Promise<string | undefined> {
    const key = name.toLowerCase();
    const value = (await this.fields()).find(([name]) => name.toLowerCase() === key)?.[1];
    return value === undefined ? undefined : await decodeWith((decoder) => decodeEncodedWords(value, decoder.decode));
  }

  summary(): Promise<MessageSummary> {
    return this.#parsed.summary ??= summarizeChunks(this.chunks());
  }

  async parts(): Promise<readonly MessagePart[]> {
    return leavesOf((await this.summary()).structure);
  }

  async content({ bodyStart, bodyEnd, encoding = "7bit" }: MessagePart, most = USUAL_CONTENT): Promise<Uint8Array> {
    // No transfer encoding needs more than three octets for one, but for its line ends and what is passed over.
    const octets = await this.read(bodyStart, Math.min(bodyEnd, bodyStart + 4 * most));
    return decodeTransfer(octets, encoding).slice(0, most);
  }

  async text(part: MessagePart, most = USUAL_CONTENT): Promise<string> {
    const octets = await this.content(part, most);
    const charset = parameter(part.parameters, "charset") ?? "";
    return await decodeWith((decoder) => decoder.decode(octets, charset));
  }

  /** All of it, in order. */
  async *chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    for (const segment of this.#segments) {
      const size = sizeOf(segment);
      for (let at = 0; at < size; at += PIECE) yield await this.#readSegment(segment, at, Math.min(at + PIECE, size));
    }
  }

  /**
   * Changes what follows the trace fields.
   *
   * @throws Refusal `too-large` where the header is larger than can be changed.
   */
  async change(
    { removeHeaders: remove = [], replaceHeaders: replace = [], replaceBody }: MessageChanges,
  ): Promise<void> {
    if (remove.length === 0 && replace.length === 0 && replaceBody === undefined) return;
    const { octets, rest } = await this.#head();
    const own = octets.subarray(0, this.#trace), theirs = octets.subarray(this.#trace);
    const header = editHeader(theirs, { remove, replace });
    this.#segments = [own, header, ...replaceBody === undefined ? rest : bodyBelow(header, replaceBody)];
    this.#parsed = {};
  }

  async #readFields(): Promise<readonly MessageField[]> {
    const { octets } = await this.#head(true);
    const header = new Header(octets);
    return header.fields.filter(({ name }) => name !== "").map((field) => [field.name, header.value(field)] as const);
  }

  /** The header with the empty line at its end, and what follows. @param mayBeCut Whether the beginning of it will do. */
  async #head(mayBeCut = false): Promise<{ readonly octets: Uint8Array; readonly rest: readonly Segment[] }> {
    const { size } = this;
    for (let most = PIECE;; most *= 4) {
      const octets = await this.read(0, Math.min(most, size));
      const end = headerSize(octets) ?? (octets.length === size ? size : undefined);
      if (end !== undefined) return { octets: octets.subarray(0, end), rest: this.#after(end) };
      if (most < LARGEST_HEADER) continue;
      if (mayBeCut) return { octets, rest: [] };
      throw new Refusal("too-large", "The header of the message is too large");
    }
  }

  #after(place: number): readonly Segment[] {
    let at = 0;
    return this.#segments.flatMap((segment): Segment[] => {
      const size = sizeOf(segment), from = Math.max(0, place - at);
      at += size;
      if (from >= size) return [];
      return [
        segment instanceof Uint8Array ? segment.subarray(from) : { start: segment.start + from, end: segment.end },
      ];
    });
  }

  async #readSegment(segment: Segment, from: number, to: number): Promise<Uint8Array> {
    if (segment instanceof Uint8Array) return segment.slice(from, to);
    return await this.#body.read(segment.start + from, segment.start + to);
  }
}

function sizeOf(segment: Segment): number {
  return segment instanceof Uint8Array ? segment.length : segment.end - segment.start;
}

/** A message without an empty line has only a header: a body that it is given needs one before it. */
function bodyBelow(header: Uint8Array, body: Uint8Array): readonly Uint8Array[] {
  if (headerSize(header) === header.length) return [body];
  return [new TextEncoder().encode(header.length === 0 || header.at(-1) === 10 ? "\r\n" : "\r\n\r\n"), body];
}

function leavesOf(part: MessagePart): MessagePart[] {
  if (part.message !== undefined) return leavesOf(part.message.structure);
  return part.parts?.flatMap(leavesOf) ?? [part];
}

/** Decodes, with the charsets that are seldom needed once they have turned out to be. */
async function decodeWith(decode: (decoder: CharsetDecoder) => string): Promise<string> {
  const decoder = new CharsetDecoder();
  return await decoder.reading(() => decode(decoder));
}
