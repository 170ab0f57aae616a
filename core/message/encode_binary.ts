/**
 * A message without binary parts (RFC 2045 §2.9): they are in base64. What holds them says that it is 8bit. All other octets
 * stay as they are.
 */
import type { Body, MessagePart } from "../contract/mod.ts";
import { encodeUtf8 } from "../wire/utf8.ts";
import { encodeBase64Body } from "./base64.ts";
import { editHeader } from "./edit_header.ts";

/** Octets that are copied at once, and that are encoded: whole lines (RFC 2045 §6.8: 57 octets are 76 characters). */
const PIECE = 131_072, LINES = 57 * 2048;

/** Whether it has parts that are binary and can be encoded. */
export function hasBinary(part: MessagePart): boolean {
  return isEncodable(part) || childrenOf(part).some(hasBinary);
}

/** The octets of the message. @param structure Of the whole of it. */
export async function* withoutBinary(structure: MessagePart, body: Body): AsyncGenerator<Uint8Array, void> {
  yield* copied(body, 0, structure.headerStart);
  yield* encoded(structure, body);
  yield* copied(body, structure.bodyEnd, body.size);
}

/** A part, from its header to its end. The depth of the tree is bounded (`MimeLimits.depth`). */
async function* encoded(part: MessagePart, body: Body): AsyncGenerator<Uint8Array, void> {
  const { headerStart, bodyStart, bodyEnd } = part;
  if (!hasBinary(part)) return yield* copied(body, headerStart, bodyEnd);
  const isLeaf = isEncodable(part);
  const header = await body.read(headerStart, bodyStart);
  // RFC 2045 §6.4: what holds other parts is never encoded itself.
  const encoding = isLeaf ? "base64" : part.encoding === "binary" ? "8bit" : undefined;
  yield encoding === undefined
    ? header
    : editHeader(header, { remove: [], replace: [["Content-Transfer-Encoding", encoding]] });
  if (isLeaf) return yield* inBase64(body, bodyStart, bodyEnd);
  let at = bodyStart;
  for (const child of childrenOf(part)) {
    yield* copied(body, at, child.headerStart);
    yield* encoded(child, body);
    at = child.bodyEnd;
  }
  yield* copied(body, at, bodyEnd);
}

function childrenOf({ parts, message }: MessagePart): readonly MessagePart[] {
  return parts ?? (message === undefined ? [] : [message.structure]);
}

/** RFC 2045 §6.4: multiparts and messages, also those that were too deep to be looked into, cannot be encoded. */
function isEncodable({ encoding, type, parts, message, bodyStart, bodyEnd }: MessagePart): boolean {
  const isComposite = parts !== undefined || message !== undefined || type === "multipart" || type === "message";
  return encoding === "binary" && !isComposite && bodyEnd > bodyStart;
}

async function* copied(body: Body, from: number, to: number): AsyncGenerator<Uint8Array, void> {
  for (let at = from; at < to; at += PIECE) yield await body.read(at, Math.min(at + PIECE, to));
}

async function* inBase64(body: Body, from: number, to: number): AsyncGenerator<Uint8Array, void> {
  for (let at = from; at < to; at += LINES) {
    yield encodeUtf8(encodeBase64Body(await body.read(at, Math.min(at + LINES, to))));
  }
}
