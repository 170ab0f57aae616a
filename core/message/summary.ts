/** All that is kept of a message beside its body (`MessageSummary`), from one pass over its octets. */
import type { MessageField, MessageSummary } from "../contract/message.ts";
import { parseDate } from "./date.ts";
import type { Header } from "./header.ts";
import { CarriageReturnCounter, crlfSizeOf } from "./line_endings.ts";
import { latin1 } from "../wire/ascii.ts";
import { type MimeLimits, MimeParser } from "./mime_tree.ts";
import { parseMessageIds } from "./msg_id.ts";

/** Bounds of a summary: those of the tree, and those of the kept header fields. */
export interface SummaryLimits extends MimeLimits {
  /** Fields of the top-level header that are kept. */
  readonly fields: number;
  /** Characters kept of all those fields. */
  readonly fieldText: number;
}

const defaultFieldLimits = { fields: 2000, fieldText: 131_072 };

/** Feed it with `push` and end with `finish`; the result is the same however the message is split. */
export class Summarizer {
  readonly #parser: MimeParser;
  readonly #returns = new CarriageReturnCounter();
  readonly #limits: { readonly fields: number; readonly fieldText: number };

  /** Begins with an empty message, within the usual limits unless others are given. */
  constructor(limits: Partial<SummaryLimits> = {}) {
    this.#limits = { ...defaultFieldLimits, ...limits };
    this.#parser = new MimeParser(limits);
  }

  /** Takes the next octets; the chunk may be reused afterwards. */
  push(chunk: Uint8Array): void {
    const text = latin1(chunk);
    this.#parser.push(chunk, text);
    this.#returns.push(chunk, text);
  }

  /** The summary; the summarizer is used up. */
  finish(): MessageSummary {
    const parser = this.#parser;
    const structure = parser.finish();
    const { envelope, header, lines, size } = parser;
    const sent = envelope.date === undefined ? undefined : parseDate(envelope.date);
    const messageId = parseMessageIds(envelope.messageId ?? "")[0];
    const { fields, cut } = keptFields(header, this.#limits);
    return {
      size,
      crlfSize: crlfSizeOf(this.#returns.finish(lines)),
      headerSize: structure.bodyStart,
      lines,
      envelope,
      structure,
      ...(sent && { sentAt: sent.epochMilliseconds, sentZone: sent.zoneMinutes }),
      ...(messageId !== undefined && { messageId }),
      inReplyTo: parseMessageIds(envelope.inReplyTo ?? ""),
      references: parseMessageIds(header.get("references") ?? ""),
      fields,
      ...((cut || parser.truncated) && { truncated: true }),
    };
  }
}

/** The summary of a message in memory. */
export function summarize(message: Uint8Array, limits: Partial<SummaryLimits> = {}): MessageSummary {
  const summarizer = new Summarizer(limits);
  summarizer.push(message);
  return summarizer.finish();
}

/** The summary of a message that comes in chunks, each of which may be reused when the next one is asked for. */
export async function summarizeChunks(
  chunks: AsyncIterable<Uint8Array>,
  limits: Partial<SummaryLimits> = {},
): Promise<MessageSummary> {
  const summarizer = new Summarizer(limits);
  for await (const chunk of chunks) summarizer.push(chunk);
  return summarizer.finish();
}

/** The fields that fit; lines that are no fields have no name to find them by and are left out. */
function keptFields(
  header: Header,
  limits: { readonly fields: number; readonly fieldText: number },
): { readonly fields: MessageField[]; readonly cut: boolean } {
  const fields: MessageField[] = [];
  let left = limits.fieldText;
  let cut = false;
  for (const field of header.fields) {
    if (field.name === "") continue;
    const size = field.end - field.start;
    // A field that is too long leaves room for shorter ones after it.
    if (size > left || fields.length === limits.fields) {
      cut = true;
      continue;
    }
    left -= size;
    fields.push([field.name, header.value(field)]);
  }
  return { fields, cut };
}
