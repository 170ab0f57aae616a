/**
 * The text of a message as a reader sees it, for SEARCH BODY and TEXT (RFC 9051 §6.4.4) and for indexes: header fields with
 * encoded words decoded, parts of type text decoded by transfer encoding and charset. HTML keeps its tags: a search must
 * find what a plain scan of the decoded text finds.
 */
import type { MessagePart } from "../contract/message.ts";
import { type CharsetDecode, decodeCharset, isPlatformCharset, loadCharsets } from "./charset.ts";
import { decodeEncodedWords } from "./encoded_word.ts";
import { Header } from "./header.ts";
import { parameter } from "./parameters.ts";
import { decodeTransfer } from "./transfer_encoding.ts";

/** A stored body, read at any place. */
export interface ReadableBody {
  /** Octets. */
  readonly size: number;
  /** The octets `start..end`. */
  read(start: number, end: number): Promise<Uint8Array>;
}

/** What of a message is wanted. */
export interface SearchTextOptions {
  /** Whether the message's own header comes first: TEXT has it, BODY has not. Headers inside the body always come. */
  readonly header: boolean;
  /** Octets of each part that are decoded, before decoding; what is beyond is not searched. 4 MiB unless given. */
  readonly partBytes?: number;
}

const PART_BYTES = 4 * 1024 * 1024;

/** A piece of the message: where it is, and how its octets become text. */
interface Section {
  readonly start: number;
  readonly end: number;
  readonly charset: string;
  readonly text: (bytes: Uint8Array, decode: CharsetDecode) => string;
}

/** The texts of a stored message, a header or a part at a time, reading only what is text. */
export async function* searchText(
  structure: MessagePart,
  body: ReadableBody,
  options: SearchTextOptions,
): AsyncGenerator<string, void, undefined> {
  const sections = sectionsOf(structure, options);
  const decode = sections.every(({ charset }) => isPlatformCharset(charset)) ? decodeCharset : await loadCharsets();
  for (const { start, end, text } of sections) yield text(await body.read(start, end), decode);
}

/** The texts of a message in memory; `decode` may be what `loadCharsets` returned, for charsets that are rare. */
export function* searchTextOf(
  structure: MessagePart,
  message: Uint8Array,
  options: SearchTextOptions,
  decode: CharsetDecode = decodeCharset,
): Generator<string, void, undefined> {
  for (const { start, end, text } of sectionsOf(structure, options)) yield text(message.subarray(start, end), decode);
}

/** Header fields with encoded words decoded, a field a line. */
export function headerText(block: Uint8Array, decode: CharsetDecode = decodeCharset): string {
  const header = new Header(block);
  let text = "";
  for (const field of header.fields) {
    const value = decodeEncodedWords(header.value(field), decode);
    text += field.name === "" ? `${value}\n` : `${field.name}: ${value}\n`;
  }
  return text;
}

/** The decoded text of one part, given the octets of its body. */
export function partText(part: MessagePart, bytes: Uint8Array, decode: CharsetDecode = decodeCharset): string {
  return decode(decodeTransfer(bytes, part.encoding ?? "7bit"), parameter(part.parameters, "charset") ?? "");
}

function sectionsOf(structure: MessagePart, options: SearchTextOptions): Section[] {
  const sections: Section[] = [];
  const most = options.partBytes ?? PART_BYTES;
  const visit = (part: MessagePart, withHeader: boolean) => {
    if (withHeader && part.bodyStart > part.headerStart) sections.push(headerSection(part, most));
    if (part.message) visit(part.message.structure, true);
    else if (part.parts) { for (const child of part.parts) visit(child, true); }
    else if (isText(part) && part.bodyEnd > part.bodyStart) sections.push(bodySection(part, most));
  };
  visit(structure, options.header);
  return sections;
}

/** Text, and the reports that are text by another name (message/delivery-status). */
function isText({ type, subtype }: MessagePart): boolean {
  return type === "text" || (type === "message" && subtype !== "rfc822" && subtype !== "global");
}

function headerSection(part: MessagePart, most: number): Section {
  return {
    start: part.headerStart,
    end: Math.min(part.bodyStart, part.headerStart + most),
    charset: "",
    // Names of files in RFC 2231's form are not readable in the header itself.
    text: (bytes, decode) => headerText(bytes, decode) + fileNames(part, decode),
  };
}

function bodySection(part: MessagePart, most: number): Section {
  return {
    start: part.bodyStart,
    end: Math.min(part.bodyEnd, part.bodyStart + most),
    charset: parameter(part.parameters, "charset") ?? "",
    text: (bytes, decode) => partText(part, bytes, decode),
  };
}

function fileNames(part: MessagePart, decode: CharsetDecode): string {
  const names = [parameter(part.parameters, "name"), parameter(part.disposition?.parameters ?? [], "filename")];
  return names.map((name) => name === undefined ? "" : `${decodeEncodedWords(name, decode)}\n`).join("");
}
