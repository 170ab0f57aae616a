/**
 * Octets to text by charset name (RFC 2978). The platform's TextDecoder knows the web's charsets; the rest (UTF-7, UTF-32,
 * DOS code pages) is iconv-lite's, which is slow to load and so loads only where it is asked for.
 */
import { latin1Bytes } from "../wire/ascii.ts";
import { encodeUtf8 } from "../wire/utf8.ts";
import { charsetLabels } from "./charset_labels.ts";
import { textOf } from "./field_text.ts";

/** Decodes octets of a charset; never throws, and knows something for every name. */
export type CharsetDecode = (bytes: Uint8Array, charset: string) => string;

/** Names seen in mail that TextDecoder does not know, for charsets that it does. */
const aliases: Readonly<Record<string, string>> = {
  "cp932": "shift_jis",
  "cp936": "gbk",
  "cp949": "euc-kr",
  "cp950": "big5",
  "cp-850": "cp850",
  "utf-8-sig": "utf-8",
  "unicode-1-1-utf-7": "utf-7",
  "8859-1": "iso-8859-1",
  "iso8859_1": "iso-8859-1",
  "eucjp": "euc-jp",
};

/** Labels that name no charset: the octets show best what they are. ASCII is here because "us-ascii" is often a lie. */
const unnamed = new Set([
  "",
  "us-ascii",
  "ascii",
  "ansi_x3.4-1968",
  "unknown-8bit",
  "x-unknown",
  "default",
  "binary",
  "8bit",
]);

/**
 * Decodes with what the platform knows. Octets of an unknown charset are read as UTF-8 if that is what they seem to be, and
 * as Latin-1 if not.
 */
export function decodeCharset(bytes: Uint8Array, charset: string): string {
  const name = canonicalName(charset);
  if (unnamed.has(name)) return textOf(bytes);
  const decoder = platformDecoder(name);
  return decoder ? decoder.decode(bytes) : textOf(bytes);
}

/**
 * The charset of octets that a mailer left as they are in a text that should have been encoded: the one it named. Where
 * there are characters that are no octets, the field is in UTF-8 (RFC 6532), whatever was named.
 */
export function charsetOfStrays(text: string, named: string): string {
  return /^utf-?8$/i.test(named) || /[^\0-\xff]/.test(text) ? "utf-8" : named;
}

/** Octets of such a text, in a charset that `charsetOfStrays` gave. */
export function strayOctets(text: string, charset: string): Uint8Array {
  return charset === "utf-8" ? encodeUtf8(text) : latin1Bytes(text);
}

/** Whether the label says nothing of how octets are to be read. */
export function namesNoCharset(charset: string): boolean {
  return unnamed.has(canonicalName(charset));
}

/** Whether `decodeCharset` knows the charset by name; if not, `loadCharsets` may. */
export function isPlatformCharset(charset: string): boolean {
  const name = canonicalName(charset);
  return unnamed.has(name) || charsetLabels.has(name);
}

/** Decodes the next octets of a text; at the end also what was held back. Never throws. */
export type PieceDecode = (bytes: Uint8Array, isLast: boolean) => string;

/** Decodes a text piece by piece, as `decode` would decode it in one. */
export function pieceDecoder(charset: string, decode: CharsetDecode): PieceDecode {
  if (namesNoCharset(charset)) return new UnnamedPieces().decode;
  const decoder = platformDecoder(canonicalName(charset));
  // Of the rare ones each piece is decoded by itself: a character may be lost where they meet.
  if (decoder === undefined) return (bytes) => decode(bytes, charset);
  return (bytes, isLast) => decoder.decode(bytes, { stream: !isLast });
}

/** UTF-8 as long as the octets are that; from the piece on in which they are not, each piece is what it seems to be. */
class UnnamedPieces {
  #decoder: TextDecoder | undefined = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });

  readonly decode: PieceDecode = (bytes, isLast) => {
    try {
      if (this.#decoder !== undefined) return this.#decoder.decode(bytes, { stream: !isLast });
    } catch {
      this.#decoder = undefined;
    }
    return textOf(bytes);
  };
}

/** Decodes, and notices when what the platform knows is not enough. */
export class CharsetDecoder {
  #all: CharsetDecode | undefined;
  #isWanting = false;

  /** Whether a charset was asked for that may be known once all are loaded. */
  get isWanting(): boolean {
    return this.#isWanting;
  }

  /** For whoever decodes. */
  readonly decode: CharsetDecode = (bytes, charset) => {
    if (this.#all !== undefined) return this.#all(bytes, charset);
    if (!isPlatformCharset(charset)) this.#isWanting = true;
    return decodeCharset(bytes, charset);
  };

  /** What is read with `decode`: once more where a charset had to be loaded first. A promise only then. */
  reading<Value>(read: () => Value): Value | Promise<Value> {
    const value = read();
    return this.#isWanting ? this.load().then(read) : value;
  }

  /** From now on all charsets are known that are known at all. */
  async load(): Promise<void> {
    this.#all ??= await loadCharsets();
    this.#isWanting = false;
  }
}

/** Whether octets of this charset can be decoded at all. */
export async function isKnownCharset(charset: string): Promise<boolean> {
  if (namesNoCharset(charset)) return false;
  if (isPlatformCharset(charset)) return true;
  const { default: iconv } = await import("iconv-lite");
  return iconv.encodingExists(canonicalName(charset));
}

/** Loads iconv-lite and returns a decoder that knows its charsets too. Cheap when called again. */
export async function loadCharsets(): Promise<CharsetDecode> {
  const [{ default: iconv }, { Buffer }] = await Promise.all([import("iconv-lite"), import("node:buffer")]);
  return (bytes, charset) => {
    const name = canonicalName(charset);
    if (isPlatformCharset(name) || !iconv.encodingExists(name)) return decodeCharset(bytes, name);
    return iconv.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), name);
  };
}

function canonicalName(charset: string): string {
  const name = charset.trim().toLowerCase();
  return aliases[name] ?? name;
}

function platformDecoder(name: string): TextDecoder | undefined {
  return charsetLabels.has(name) ? new TextDecoder(name, { ignoreBOM: true }) : undefined;
}
