/**
 * The text of a message as SEARCH looks at it (RFC 9051 §6.4.4, RFC 5255 §4.6), in pieces of bounded size: header fields
 * with encoded words decoded, parts of type text decoded by transfer encoding and charset. HTML keeps its tags: what is
 * found is what stands there. What RFC 2046 §5.1.1 says is to be ignored, before the first part and after the last, is.
 */
import type { MessageAddress, MessagePart } from "../contract/message.ts";
import { latin1 } from "../wire/ascii.ts";
import { decodeUtf8, encodeUtf8 } from "../wire/utf8.ts";
import { concat } from "./bytes.ts";
import {
  type CharsetDecode,
  CharsetDecoder,
  decodeCharset,
  isPlatformCharset,
  namesNoCharset,
  type PieceDecode,
  pieceDecoder,
} from "./charset.ts";
import { decodeEncodedWords } from "./encoded_word.ts";
import { unfold } from "./field_text.ts";
import { Header, type HeaderField } from "./header.ts";
import { parameter } from "./parameters.ts";
import { type TransferDecoder, transferDecoder } from "./transfer_encoding.ts";

/** A stored body, read at any place. */
export interface ReadableBody {
  /** Octets. */
  readonly size: number;
  /** The octets `start..end`. */
  read(start: number, end: number): Promise<Uint8Array>;
}

/** A text as far as it can be read. */
export interface ReadText {
  /** Decoded; what is no text in its charset is as readable as can be. */
  readonly text: string;
  /**
   * One character an octet, where the text is not what its charset says: transfer encodings are decoded, charsets are
   * not. RFC 5255 §4.6 (c) has such texts compared by their octets.
   */
  readonly octets?: string;
}

/** Some of the text. */
export interface SearchPiece extends ReadText {
  /** Whether it is of header fields: of the message's, or of a part's or a message's inside. */
  readonly isHeader: boolean;
  /** Whether it goes on where the piece before it ended. */
  readonly continues: boolean;
}

/** What of a message is wanted. */
export interface SearchTextOptions {
  /** Whether header fields come too: TEXT has them, and RFC 9051 §6.4.4 says that BODY has none. */
  readonly header: boolean;
  /** Whether octets are wanted of everything. */
  readonly octets?: boolean;
}

/**
 * Octets of a header that are looked at, of a message's or of a part's. It is read at once and a field is decoded at once: what
 * a stranger can send must not take everybody's memory and time.
 */
export const searchedHeader = 1_048_576;

/** Octets that are read at once, and about so many characters that a piece has. */
const PIECE = 65_536;

/** Octets of a field that are decoded. */
const LONGEST_FIELD = 4 * PIECE;

/** The texts of a stored message, reading only what is text. */
export async function* searchText(
  structure: MessagePart,
  body: ReadableBody,
  options: SearchTextOptions,
  decoder: CharsetDecoder = new CharsetDecoder(),
): AsyncGenerator<SearchPiece, void, undefined> {
  for (const section of sectionsOf(structure, options)) {
    const { part, start, end } = section;
    if (section.isHeader) {
      for (const reading of headerReadings(part, await body.read(start, end), options)) {
        yield await decoder.reading(() => reading(decoder.decode));
      }
    } else {
      if (!isPlatformCharset(charsetOf(part))) await decoder.load();
      const reading = new PartReading(part, decoder.decode, options);
      for (let at = start; at < end; at += PIECE) {
        const next = Math.min(at + PIECE, end);
        yield reading.push(await body.read(at, next), next === end);
      }
    }
  }
}

/** The same at once, of octets that `read` gives, with the charsets that `decode` knows. */
export function* searchTextOf(
  structure: MessagePart,
  read: (start: number, end: number) => Uint8Array,
  options: SearchTextOptions,
  decode: CharsetDecode = decodeCharset,
): Generator<SearchPiece, void, undefined> {
  for (const { part, isHeader, start, end } of sectionsOf(structure, options)) {
    if (isHeader) {
      for (const reading of headerReadings(part, read(start, end), options)) yield reading(decode);
      continue;
    }
    const reading = new PartReading(part, decode, options);
    for (let at = start; at < end; at += PIECE) {
      const next = Math.min(at + PIECE, end);
      yield reading.push(read(at, next), next === end);
    }
  }
}

/**
 * A field of a header block; its octets where it is no text, or always. Of one that is longer than any that is meant to be
 * read the encoded words stay as they are: all of it is decoded in one go.
 */
export function readField(header: Header, field: HeaderField, decode: CharsetDecode, octets = false): ReadText {
  const decodeWords = field.end - field.start > LONGEST_FIELD ? asItIs : decodeEncodedWords;
  const text = decodeWords(header.value(field), decode);
  if (!octets && isAscii(text)) return { text };
  const raw = header.rawValue(field);
  if (!octets && !text.includes("\ufffd") && decodeUtf8(raw) !== undefined) return { text };
  return { text, octets: decodeWords(unfold(latin1(raw)), latin1) };
}

function asItIs(text: string): string {
  return text;
}

/** The value of a field that is kept as text (`MessageSummary`). */
export function readValue(value: string, decode: CharsetDecode): ReadText {
  const text = decodeEncodedWords(value, decode);
  if (!text.includes("\ufffd")) return { text };
  return { text, octets: decodeEncodedWords(latin1(encodeUtf8(value)), latin1) };
}

/** Names of files that a part has, decoded: in RFC 2231's form they cannot be read in the header itself. */
export function fileNamesOf(part: MessagePart, decode: CharsetDecode = decodeCharset): string[] {
  const names = [parameter(part.parameters, "name"), parameter(part.disposition?.parameters ?? [], "filename")];
  return names.filter((name) => name !== undefined).map((name) => decodeEncodedWords(name, decode));
}

/** Addresses as ENVELOPE has them, without what quotes and comments add: `Joe Q. Public <joe@example.org>`. */
export function addressText(addresses: readonly MessageAddress[], decode: CharsetDecode = decodeCharset): string {
  return addresses.map(({ name, mailbox = "", host }) => {
    const address = host === undefined ? mailbox : `${mailbox}@${host}`;
    return name === undefined ? address : `${decodeEncodedWords(name, decode)} <${address}>`;
  }).join(", ");
}

/** A header, or the body of a part. */
interface Section {
  readonly part: MessagePart;
  readonly isHeader: boolean;
  readonly start: number;
  readonly end: number;
}

function sectionsOf(structure: MessagePart, { header }: SearchTextOptions): Section[] {
  const sections: Section[] = [];
  const visit = (part: MessagePart) => {
    const { headerStart, bodyStart, bodyEnd } = part;
    if (header && bodyStart > headerStart) {
      const end = Math.min(bodyStart, headerStart + searchedHeader);
      sections.push({ part, isHeader: true, start: headerStart, end });
    }
    if (part.message) visit(part.message.structure);
    else if (part.parts) { for (const child of part.parts) visit(child); }
    else if (isText(part) && bodyEnd > bodyStart) {
      sections.push({ part, isHeader: false, start: bodyStart, end: bodyEnd });
    }
  };
  visit(structure);
  return sections;
}

/** Text, reports that are text by another name, and what holds parts but was not taken apart. */
function isText({ type }: MessagePart): boolean {
  return type === "text" || type === "message" || type === "multipart";
}

/** A piece of a header, once its charsets are there. */
type HeaderReading = (decode: CharsetDecode) => SearchPiece;

function* headerReadings(
  part: MessagePart,
  block: Uint8Array,
  { octets: always = false }: SearchTextOptions,
): Generator<HeaderReading, void, undefined> {
  const header = new Header(block);
  let fields: HeaderField[] = [], size = 0, continues = false;
  for (const field of header.fields) {
    fields.push(field);
    size += field.end - field.start;
    if (size < PIECE) continue;
    yield headerReading(header, fields, always, continues);
    continues = true;
    fields = [];
    size = 0;
  }
  yield (decode) => {
    const last = headerReading(header, fields, always, continues)(decode);
    return { ...last, text: last.text + fileNamesOf(part, decode).map((name) => `${name}\n`).join("") };
  };
}

function headerReading(
  header: Header,
  fields: readonly HeaderField[],
  always: boolean,
  continues: boolean,
): HeaderReading {
  return (decode) => {
    let text = "", octets = "";
    for (const field of fields) {
      const value = readField(header, field, decode, always), name = field.name === "" ? "" : `${field.name}: `;
      text += `${name}${value.text}\n`;
      if (value.octets !== undefined) octets += `${name}${value.octets}\n`;
    }
    return { isHeader: true, continues, text, ...octets !== "" && { octets } };
  };
}

/** The text of one part, a piece at a time. */
class PartReading {
  readonly #charset: string;
  readonly #decode: CharsetDecode;
  readonly #always: boolean;
  readonly #transfer: TransferDecoder;
  #pieces: PieceDecode | undefined;

  constructor(part: MessagePart, decode: CharsetDecode, { octets = false }: SearchTextOptions) {
    this.#charset = charsetOf(part);
    this.#decode = decode;
    this.#always = octets;
    this.#transfer = transferDecoder(part.encoding ?? "7bit");
  }

  push(chunk: Uint8Array, isLast: boolean): SearchPiece {
    const continues = this.#pieces !== undefined;
    const bytes = isLast ? concat([this.#transfer.push(chunk), this.#transfer.finish()]) : this.#transfer.push(chunk);
    // Most come in one piece.
    if (isLast && this.#pieces === undefined) return this.#piece(this.#decode(bytes, this.#charset), bytes, continues);
    this.#pieces ??= pieceDecoder(this.#charset, this.#decode);
    return this.#piece(this.#pieces(bytes, isLast), bytes, continues);
  }

  #piece(text: string, bytes: Uint8Array, continues: boolean): SearchPiece {
    const octets = this.#always || this.#isDoubtful(text, bytes) ? { octets: latin1(bytes) } : {};
    return { isHeader: false, continues, text, ...octets };
  }

  /** Whether the octets are not what their charset says, or that cannot be known. */
  #isDoubtful(text: string, bytes: Uint8Array): boolean {
    if (isAscii(text)) return false;
    if (text.includes("\ufffd")) return true;
    const isKnown = isPlatformCharset(this.#charset) && !namesNoCharset(this.#charset);
    // Read as Latin-1 in want of anything better: a character an octet.
    return !isKnown && text.length === bytes.length;
  }
}

function charsetOf({ parameters }: MessagePart): string {
  return parameter(parameters, "charset") ?? "";
}

function isAscii(text: string): boolean {
  return !/[^\0-\x7f]/.test(text);
}
