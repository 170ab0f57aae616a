/**
 * A header block (RFC 5322 §2.2) as a list of fields with exact byte offsets. Nothing is rejected: order, folding, 8-bit
 * text and lines that are no field at all stay as they are, and every octet of the block belongs to exactly one field.
 */
import { isAscii, latin1 } from "../wire/ascii.ts";
import { textOf, unfold } from "./field_text.ts";

const COLON = 58, LF = 10, CR = 13, SPACE = 32, TAB = 9;

/** Blocks up to here are decoded in one go; values of larger ones apart, so that a short value never pins a long text. */
const WHOLE_BLOCK = 16384;

/** Where one field lies, in octets from the start of the block. Raw value: `valueStart..end`, line end included. */
export interface HeaderField {
  /** As written; the empty string for a line that is no field (no colon, or a name with forbidden characters). */
  readonly name: string;
  /** Lower case, for comparison. */
  readonly key: string;
  /** The first octet of the name. */
  readonly start: number;
  /** The octet after the colon; equal to `start` in a line that is no field. */
  readonly valueStart: number;
  /** After the line end of the last continuation line. */
  readonly end: number;
}

/** A parsed header block. Looking fields up is by name, without regard to case. */
export class Header {
  /** Every field, in order. */
  readonly fields: readonly HeaderField[];
  readonly #bytes: Uint8Array;
  /** The block as text, when it is ASCII and small: offsets in it are octets. */
  readonly #ascii: string | undefined;

  /** Parses a block with or without the empty line at its end; the octets are kept, not copied. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#ascii = asciiText(bytes);
    this.fields = parseFields(bytes, this.#ascii);
  }

  /** The value of a field, unfolded, without white space at its ends; at most `limit` octets of it are looked at. */
  value(field: HeaderField, limit = Infinity): string {
    const end = Math.min(field.end, field.valueStart + limit);
    if (this.#ascii !== undefined) return unfold(this.#ascii.slice(field.valueStart, end));
    return unfold(textOf(this.#bytes.subarray(field.valueStart, end)));
  }

  /** The exact octets after the colon, folding and last line end included. */
  rawValue(field: HeaderField): Uint8Array {
    return this.#bytes.subarray(field.valueStart, field.end);
  }

  /** The exact octets of the whole field, name and line end included. */
  raw(field: HeaderField): Uint8Array {
    return this.#bytes.subarray(field.start, field.end);
  }

  /** The first field of that name. */
  find(name: string): HeaderField | undefined {
    const key = name.toLowerCase();
    return this.fields.find((field) => field.key === key);
  }

  /** The unfolded value of the first field of that name. */
  get(name: string): string | undefined {
    const field = this.find(name);
    return field && this.value(field);
  }

  /** The unfolded values of every field of that name, in order. */
  all(name: string): string[] {
    const key = name.toLowerCase();
    return this.fields.filter((field) => field.key === key).map((field) => this.value(field));
  }
}

/**
 * Octets of the header at the start of a message, the empty line included; undefined when no empty line is in `bytes`.
 * RFC 5322 §2.1: the first empty line ends the header. A bare LF ends a line too, a bare CR never does.
 */
export function headerSize(bytes: Uint8Array): number | undefined {
  for (let start = 0;;) {
    if (bytes[start] === LF) return start + 1;
    if (bytes[start] === CR && bytes[start + 1] === LF) return start + 2;
    const lineFeed = bytes.indexOf(LF, start);
    if (lineFeed < 0) return undefined;
    start = lineFeed + 1;
  }
}

function parseFields(bytes: Uint8Array, ascii: string | undefined): HeaderField[] {
  const fields: HeaderField[] = [];
  for (let start = 0; start < bytes.length;) {
    // The empty line, or what is left of it.
    if (bytes[start] === LF || (bytes[start] === CR && bytes[start + 1] === LF)) break;
    const end = endOfField(bytes, ascii, start);
    fields.push(fieldAt(bytes, ascii, start, end));
    start = end;
  }
  return fields;
}

/** RFC 5322 §2.2.3: a line that begins with white space continues the field, even (§4.5, obs-FWS) with nothing else. */
function endOfField(bytes: Uint8Array, ascii: string | undefined, start: number): number {
  for (;;) {
    const lineFeed = ascii === undefined ? bytes.indexOf(LF, start) : ascii.indexOf("\n", start);
    if (lineFeed < 0) return bytes.length;
    start = lineFeed + 1;
    const next = bytes[start];
    if (next !== SPACE && next !== TAB) return start;
  }
}

function fieldAt(bytes: Uint8Array, ascii: string | undefined, start: number, end: number): HeaderField {
  let at = start;
  // RFC 5322 §2.2: a name is printable ASCII without colon.
  while (at < end && isNameOctet(bytes[at] ?? 0)) at++;
  let colon = at;
  // RFC 5322 §4.5: obsolete syntax allows white space before the colon.
  while (colon < end && (bytes[colon] === SPACE || bytes[colon] === TAB)) colon++;
  if (at === start || bytes[colon] !== COLON || colon >= end) {
    return { name: "", key: "", start, valueStart: start, end };
  }
  const name = ascii === undefined ? latin1(bytes.subarray(start, at)) : ascii.slice(start, at);
  return { name, key: name.toLowerCase(), start, valueStart: colon + 1, end };
}

function isNameOctet(octet: number): boolean {
  return octet > 32 && octet < 127 && octet !== COLON;
}

function asciiText(bytes: Uint8Array): string | undefined {
  return bytes.length <= WHOLE_BLOCK && isAscii(bytes) ? latin1(bytes) : undefined;
}
