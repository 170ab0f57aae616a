/** A preview of a message (RFC 8970 §3.3): the beginning of what there is to read in it, as plain text. */
import type { MessagePart } from "../contract/message.ts";
import { type CharsetDecode, decodeCharset, isPlatformCharset, loadCharsets } from "./charset.ts";
import { htmlText } from "./html_text.ts";
import { parameter } from "./parameters.ts";
import { partText, type ReadableBody } from "./search_text.ts";

/** RFC 8970 §3.3: the server should give no more characters than this. */
const LONGEST = 200;

/** Octets of a part that are looked at: first so many, then, when there was too much markup in them, more. */
const READS = [8192, 131_072];

/** Parts that are looked at until one has something to read. */
const MOST_PARTS = 4;

/** Text as UTF-16 that is kept for the preview before it is cut: white space and quoted lines go. */
const ENOUGH = 16 * LONGEST;

/** The preview; the empty string when there is nothing to read (RFC 8970 §3.2). */
export async function messagePreview(structure: MessagePart, body: ReadableBody): Promise<string> {
  for (const part of readableParts(structure).slice(0, MOST_PARTS)) {
    const preview = await partPreview(part, body);
    if (preview !== "") return preview;
  }
  return "";
}

/** Parts of text in the order in which they are tried; of alternatives the plain ones first. */
function readableParts(part: MessagePart): MessagePart[] {
  if (part.message) return readableParts(part.message.structure);
  if (part.parts) {
    const found = part.parts.flatMap(readableParts);
    if (part.subtype !== "alternative") return found;
    return [...found.filter((one) => one.subtype === "plain"), ...found.filter((one) => one.subtype !== "plain")];
  }
  const isAttached = part.disposition !== undefined && part.disposition.type !== "inline";
  const isText = part.type === "text" && part.bodyEnd > part.bodyStart && !unreadable.has(part.subtype);
  return isText && !isAttached ? [part] : [];
}

/** Texts that are not written for people. */
const unreadable = new Set(["calendar", "css", "csv", "directory", "javascript", "rfc822-headers", "vcard", "xml"]);

async function partPreview(part: MessagePart, body: ReadableBody): Promise<string> {
  const charset = parameter(part.parameters, "charset") ?? "";
  const decode = isPlatformCharset(charset) ? decodeCharset : await loadCharsets();
  let preview = "";
  for (const size of READS) {
    const end = Math.min(part.bodyEnd, part.bodyStart + size);
    preview = previewOf(part, await body.read(part.bodyStart, end), decode);
    if (end === part.bodyEnd) return preview;
    // A character may have been cut.
    preview = preview.replace(/\ufffd$/, "");
    if (characters(preview) >= LONGEST) return preview;
  }
  return preview;
}

function previewOf(part: MessagePart, bytes: Uint8Array, decode: CharsetDecode): string {
  const text = partText(part, bytes, decode);
  return folded(part.subtype === "html" ? htmlText(text, ENOUGH) : unquoted(text.slice(0, 4 * ENOUGH)));
}

/** Without the lines of the message that is answered, unless there are no others. */
function unquoted(text: string): string {
  const own = text.replace(/^[ \t]*>.*$/gm, "");
  return own.trim() === "" ? text : own;
}

/** White space and control characters as one space, whatever invisible stands among them; then cut. */
function folded(text: string): string {
  const line = text.replace(blanks, (run) => /[\s\p{Cc}]/u.test(run) ? " " : run).trim();
  // By code points, which are at most two units each.
  return Array.from(line.slice(0, 2 * LONGEST)).slice(0, LONGEST).join("").trimEnd();
}

/** Mailings fill the space behind their first words with spaces and characters that have no width. */
const blanks = /[\s\p{Cc}\u00ad\u034f\u200b-\u200d\u2060\ufeff]+/gu;

function characters(text: string): number {
  return Array.from(text).length;
}
