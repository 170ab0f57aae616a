/**
 * Surrogates of what has parts: the headers of these, and of messages in it, in ASCII as well (RFC 6857 §4.1, RFC 6858 §2.2).
 * What is in the parts stays as it is.
 */
import type { Body, MessagePart } from "../../../../core/contract/mod.ts";
import { crlfSizeOf, lineEndingsOf } from "../../../../core/message/line_endings.ts";
import { type Splice, SplicedView } from "../../../../core/message/views.ts";
import { latin1 } from "../../../../core/wire/ascii.ts";
import { isInternational, surrogateHeader } from "./surrogate.ts";

/** Octets that are read at once: headers of parts are short, and some are close to each other. */
const WINDOW = 16_384;
/** Octets of headers that are replaced in one message: surrogates of all are held in memory. What is beyond stays as it is. */
const MOST = 1_048_576;

/** Whether what has this header has parts, or a message in it. */
export function hasParts(header: Uint8Array): boolean {
  return /^content-type:\s*(?:multipart|message)\//im.test(latin1(header));
}

/**
 * A message in which the headers of parts are in ASCII.
 *
 * @returns undefined where they all are; otherwise also by how many octets, as they are sent, it is larger.
 */
export async function surrogateParts(
  body: Body,
  structure: MessagePart,
): Promise<{ readonly body: Body; readonly sizeChange: number } | undefined> {
  const splices: Splice[] = [];
  let window = { at: 0, octets: new Uint8Array() }, left = MOST, sizeChange = 0;
  for (const { headerStart: start, bodyStart: end } of partsIn(structure)) {
    if (end - start > left) continue;
    if (start < window.at || end > window.at + window.octets.length) {
      window = { at: start, octets: (await body.read(start, Math.max(end, start + WINDOW))).slice() };
    }
    const header = window.octets.subarray(start - window.at, end - window.at);
    if (!isInternational(header)) continue;
    left -= header.length;
    const octets = surrogateHeader(header);
    splices.push({ start, end, octets });
    sizeChange += sentSize(octets) - sentSize(header);
  }
  return splices.length === 0 ? undefined : { body: new SplicedView(body, splices), sizeChange };
}

/** All below the message itself, in their order. */
function* partsIn({ parts = [], message }: MessagePart): Generator<MessagePart> {
  const inner = message === undefined ? parts : [message.structure, ...parts];
  for (const part of inner) {
    yield part;
    yield* partsIn(part);
  }
}

function sentSize(octets: Uint8Array): number {
  return crlfSizeOf(lineEndingsOf(octets));
}
