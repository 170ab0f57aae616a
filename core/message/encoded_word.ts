/** Encoded words in header fields (RFC 2047): decoding as lenient as real mail needs, encoding as strict as the RFC. */
import { encodeUtf8 } from "../wire/utf8.ts";
import { Base64Decoder, encodeBase64 } from "./base64.ts";
import { concat } from "./bytes.ts";
import { type CharsetDecode, charsetOfStrays, decodeCharset, strayOctets } from "./charset.ts";

/**
 * RFC 2047 §2, and RFC 2231 §5 for the language. Spaces inside a word are forbidden but seen, so they are taken; a "?" in
 * the text is not. Every part stops at the next "?", so a scan over any text is linear.
 */
const encodedWord = /=\?([^?\s*]{1,64})(?:\*[^?\s]{0,64})?\?([bq])\?([^?]*)\?=/gi;

interface Octets {
  readonly charset: string;
  readonly bytes: Uint8Array;
}

interface Word extends Octets {
  readonly start: number;
  readonly end: number;
}

/** Text with its encoded words decoded; a word that cannot be decoded stays as it is. */
export function decodeEncodedWords(text: string, decode: CharsetDecode = decodeCharset): string {
  if (!text.includes("=?")) return text;
  let decoded = "";
  let at = 0;
  let run: Word[] = [];
  const endRun = () => {
    decoded += decodeRun(run, decode);
    run = [];
  };
  for (const match of text.matchAll(encodedWord)) {
    const [whole, label = "", encoding = "", encoded = ""] = match;
    const octets = octetsOf(label.toLowerCase(), encoding, encoded);
    if (!octets) continue;
    const word = { start: match.index, end: match.index + whole.length, ...octets };
    const between = text.slice(at, word.start);
    // RFC 2047 §6.2: white space between adjacent encoded words is not shown.
    if (run.length === 0 || /[^ \t\r\n]/.test(between)) {
      endRun();
      decoded += between;
    }
    run.push(word);
    at = word.end;
  }
  endRun();
  return decoded + text.slice(at);
}

/** Words that touch: those of one charset together. */
function decodeRun(words: readonly Word[], decode: CharsetDecode): string {
  let text = "";
  for (let first = 0; first < words.length;) {
    const charset = words[first]?.charset ?? "";
    let last = first;
    while (words[last]?.charset === charset) last++;
    text += decodePieces(words.slice(first, last).map((word) => word.bytes), charset, decode);
    first = last;
  }
  return text;
}

/**
 * RFC 2047 §5 wants whole characters in each word; mailers that split one between two words of a charset are common enough
 * that their octets are joined. Words of ISO-2022-JP must not be: each ends in ASCII (§3), and an escape right behind
 * another is an error to its decoder. What leaves less unread is right.
 */
function decodePieces(pieces: readonly Uint8Array[], charset: string, decode: CharsetDecode): string {
  const joined = decode(concat(pieces), charset);
  if (pieces.length < 2 || !joined.includes("\ufffd")) return joined;
  const apart = pieces.map((piece) => decode(piece, charset)).join("");
  return unread(apart) < unread(joined) ? apart : joined;
}

/** How much of a text could not be decoded. */
function unread(text: string): number {
  return text.split("\ufffd").length;
}

/** The octets of an encoded text; undefined when it is not what its encoding says. */
function octetsOf(charset: string, encoding: string, text: string): Octets | undefined {
  if (encoding === "q" || encoding === "Q") return qOctets(charset, text);
  const bytes = base64Bytes(text);
  return bytes && { charset, bytes };
}

function base64Bytes(text: string): Uint8Array | undefined {
  if (/[^A-Za-z0-9+/= \t]/.test(text)) return undefined;
  const decoder = new Base64Decoder();
  return concat([decoder.push(encodeUtf8(text)), decoder.finish()]);
}

/** RFC 2047 §4.2, the "Q" encoding. What is not ASCII does not belong there. */
function qOctets(named: string, text: string): Octets {
  const charset = charsetOfStrays(text, named);
  return { charset, bytes: qBytes(strayOctets(text, charset)) };
}

function qBytes(source: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(source.length);
  let length = 0;
  for (let at = 0; at < source.length; at++) {
    const octet = source[at] ?? 0;
    if (octet === 0x5f) bytes[length++] = 0x20; // "_" is a space, whatever space is in the charset.
    else if (octet === 0x3d && isHexPair(source, at + 1)) {
      bytes[length++] = (hexValue(source[at + 1]) << 4) | hexValue(source[at + 2]);
      at += 2;
    } else bytes[length++] = octet;
  }
  return bytes.subarray(0, length);
}

function isHexPair(source: Uint8Array, at: number): boolean {
  return hexValue(source[at]) >= 0 && hexValue(source[at + 1]) >= 0;
}

function hexValue(octet: number | undefined): number {
  if (octet === undefined) return -1;
  if (octet >= 48 && octet <= 57) return octet - 48;
  const letter = octet | 0x20;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}

/**
 * Printable ASCII as it is; any other text as UTF-8 words of at most 75 characters (RFC 2047 §2) that never split a
 * character (§5), a space between two. `decodeEncodedWords` gives the text back.
 */
export function encodeWords(text: string): string {
  // What looks like an encoded word, or a control character, must be encoded too, or it would not come back.
  if (/^[\x20-\x7e]*$/.test(text) && !text.includes("=?")) return text;
  const words: string[] = [];
  let start = 0, size = 0;
  for (let at = 0; at < text.length;) {
    const character = text.codePointAt(at) ?? 0, octets = utf8Size(character);
    // 75 less "=?UTF-8?B?" and "?=" leaves 63 characters: 15 groups of 4, 45 octets.
    if (size + octets > 45) {
      words.push(base64Word(text.slice(start, at)));
      start = at;
      size = 0;
    }
    size += octets;
    at += character > 0xffff ? 2 : 1;
  }
  words.push(base64Word(text.slice(start)));
  return words.join(" ");
}

/** RFC 3629 §3. Half a surrogate pair becomes U+FFFD, which has three octets too. */
function utf8Size(character: number): number {
  return character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x1_0000 ? 3 : 4;
}

function base64Word(text: string): string {
  return `=?UTF-8?B?${encodeBase64(encodeUtf8(text))}?=`;
}
