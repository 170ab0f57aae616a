/** The text that is searched in a message: bounded, so that one message cannot cost what a thousand should. */
import type { MessagePart } from "../../core/contract/message.ts";
import { type ReadableBody, searchText } from "../../core/message/search_text.ts";

/** Characters that are searched, and octets of each part that are decoded for it. */
const MOST = 1024 * 1024;

/** Header and text parts, decoded, up to a million characters. */
export async function boundedSearchText(structure: MessagePart, body: ReadableBody): Promise<string> {
  let text = "";
  for await (const piece of searchText(structure, body, { header: true, partBytes: MOST })) {
    text += piece;
    if (text.length >= MOST) return text.slice(0, MOST);
  }
  return text;
}
