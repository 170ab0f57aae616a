/** Text that is looked for: octets of a command, in its charset, as what messages are compared with (RFC 5255 §4.6). */
import { isKnownCharset, loadCharsets } from "../../../../core/message/charset.ts";
import { unicodeCasemap } from "../../../../core/message/casemap.ts";
import type { ReadText } from "../../../../core/message/search_text.ts";
import { latin1 } from "../../../../core/wire/ascii.ts";
import { decodeUtf8 } from "../../../../core/wire/utf8.ts";
import { CommandRefused } from "../failures.ts";

/** A text that is looked for, in one of two forms at least. */
export interface WantedText {
  /** The collation's key; absent: the octets are no text of their charset. */
  readonly key?: string;
  /** One character an octet, as they were sent: for texts that are none, on either side. */
  readonly octets?: string;
}

/** Reads text of a command. */
export type TextReading = (octets: Uint8Array) => WantedText;

/** As RFC 5466 §3.1 has it for filters, and RFC 9051 §6.4.4 where no charset is named. */
function readUtf8(octets: Uint8Array): WantedText {
  return wanted(octets, decodeUtf8(octets));
}

/**
 * How the text of a command is read. Without a charset it is ASCII or, from clients that do not say so, UTF-8.
 *
 * @throws CommandRefused, with BADCHARSET, for a charset that is not known (RFC 9051 §6.4.4).
 */
export async function textReading(charset: string | undefined): Promise<TextReading> {
  if (charset === undefined || isUtf8(charset)) return readUtf8;
  if (!await isKnownCharset(charset)) {
    throw new CommandRefused("That charset is not known here", "BADCHARSET (UTF-8 US-ASCII)");
  }
  const decode = await loadCharsets();
  return (octets) => {
    const text = decode(octets, charset);
    return wanted(octets, text.includes("\ufffd") ? undefined : text);
  };
}

/** Whether text of this charset is read as UTF-8. */
export function isUtf8(charset: string): boolean {
  return ["utf-8", "us-ascii"].includes(charset.toLowerCase());
}

/** A text that is looked into: its key, and its octets where it may be none. */
export interface KeyedText {
  /** The collation's. */
  readonly key: string;
  /** As of a `ReadText`. */
  readonly octets?: string | undefined;
}

/** With its key. */
export function keyedText({ text, octets }: ReadText): KeyedText {
  return { key: unicodeCasemap(text), octets };
}

/** Whether a text is in another. The empty text is in every one. */
export function isIn(wanted: WantedText, text: ReadText): boolean {
  return isInKeyed(wanted, keyedText(text));
}

/** The same of a text whose key is known. */
export function isInKeyed(wanted: WantedText, { key, octets }: KeyedText): boolean {
  return isInKey(wanted.key, key) || isInOctets(wanted.octets, octets);
}

/** The same, where the key of the text is known already. */
export function isInKey(wanted: string | undefined, key: string): boolean {
  return wanted !== undefined && key.includes(wanted);
}

/** RFC 5255 §4.6 (c): by i;octet, where there are octets. */
export function isInOctets(wanted: string | undefined, octets: string | undefined): boolean {
  return wanted !== undefined && octets !== undefined && octets.includes(wanted);
}

function wanted(octets: Uint8Array, text: string | undefined): WantedText {
  return { octets: latin1(octets), ...text !== undefined && { key: unicodeCasemap(text) } };
}
