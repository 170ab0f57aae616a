/** A preview of a message (RFC 8970 §3.3): the beginning of what there is to read in it, as plain text. */
import type { MessagePart } from "../contract/message.ts";
import { decodeCharset, isPlatformCharset, loadCharsets } from "./charset.ts";
import { htmlText } from "./html_text.ts";
import { parameter } from "./parameters.ts";
import type { ReadableBody } from "./search_text.ts";
import { decodeTransfer } from "./transfer_encoding.ts";

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
    const octets = decodeTransfer(await body.read(part.bodyStart, end), part.encoding ?? "7bit");
    if (end === part.bodyEnd) return previewOf(part, decode(octets, charset));
    // Half a character at the end would make UTF-8 that has no label look like something else.
    preview = previewOf(part, decode(octets.subarray(0, wholeCharacters(octets)), charset)).replace(/\ufffd$/, "");
    if (characters(preview) >= LONGEST) return preview;
  }
  return preview;
}

/** How many octets there are before a character of UTF-8 whose last octets are missing (RFC 3629 §3). */
function wholeCharacters(octets: Uint8Array): number {
  for (let missing = 1; missing <= 3 && missing <= octets.length; missing++) {
    const octet = octets[octets.length - missing] ?? 0;
    if (octet >= 0x80 && octet < 0xc0) continue;
    const size = octet < 0xc0 ? 1 : octet < 0xe0 ? 2 : octet < 0xf0 ? 3 : 4;
    return size > missing ? octets.length - missing : octets.length;
  }
  return octets.length;
}

function previewOf(part: MessagePart, text: string): string {
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
