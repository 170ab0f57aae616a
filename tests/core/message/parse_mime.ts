/** The tree of a message in one piece. */
import type { MessagePart } from "../../../core/contract/message.ts";
import { type MimeLimits, MimeParser } from "../../../core/message/mime_tree.ts";

/** The tree of a whole message. */
export function parseMime(message: Uint8Array, limits: Partial<MimeLimits> = {}): MessagePart {
  const parser = new MimeParser(limits);
  parser.push(message);
  return parser.finish();
}
