/**
 * What two servers say of a message, in a form in which only differences that matter are left: the octets of strings, and
 * BODYSTRUCTURE with what has no case in lower case.
 */
import { textOf } from "../../core/message/field_text.ts";
import { latin1, latin1Bytes } from "../../core/wire/ascii.ts";
import { encodeUtf8 } from "../../core/wire/utf8.ts";
import type { Value } from "./imap_client.ts";

/** A value as JSON prints it: `"text"` for strings, atoms and numbers, `null` for NIL, lists. */
export type Plain = string | null | readonly Plain[];

/** Strings and atoms are told apart by where they stand. */
export function plain(value: Value | undefined): Plain {
  if (value === undefined || value === null || typeof value === "string") return value ?? null;
  return isText(value) ? value.text : value.map(plain);
}

function isText(value: Value): value is { readonly text: string } {
  return value !== null && typeof value === "object" && "text" in value;
}

/** RFC 9051 §4.3.1: the charset of header fields with 8-bit content is UTF-8. Dovecot sends what is not UTF-8 as it is. */
function inUtf8(text: string): string {
  return latin1(encodeUtf8(textOf(latin1Bytes(text))));
}

/** ENVELOPE; Dovecot invents words for what an address lacks, where RFC 9051 §7.5.2 has strings that may be empty. */
export function comparableEnvelope(value: Plain): Plain {
  if (typeof value === "string") return inUtf8(value).replace(/^(?:MISSING_MAILBOX|MISSING_DOMAIN|SYNTAX_ERROR)$/, "");
  return value && value.map(comparableEnvelope);
}

/** BODY and BODYSTRUCTURE. */
export function comparableStructure(value: Plain): Plain {
  if (!Array.isArray(value)) return value;
  const parts = value.filter((item, at) => Array.isArray(item) && at < firstText(value));
  if (parts.length > 0) {
    const [subtype = null, parameters = null, ...extension] = value.slice(parts.length);
    return [
      "multipart",
      lower(subtype),
      comparableParameters(parameters),
      parts.map(comparableStructure),
      ...comparableExtension(extension),
    ];
  }
  const [
    type = null,
    subtype = null,
    parameters = null,
    id = null,
    description = null,
    encoding = null,
    size = null,
    ...rest
  ] = value;
  const media = `${lower(type)}/${lower(subtype)}`;
  const of = lower(type) === "text" ? 1 : media === "message/rfc822" && Array.isArray(rest[0]) ? 3 : 0;
  const [envelope = null, structure = null, lines = null] = of === 3 ? rest : [null, null, rest[0]];
  const [md5 = null, ...extension] = rest.slice(of);
  return [
    media,
    comparableParameters(parameters, media),
    ...[id, description].map(comparableText),
    lower(encoding),
    size,
    ...of === 0 ? [] : [lines],
    ...of === 3 ? [comparableEnvelope(envelope), comparableStructure(structure)] : [],
    comparableText(md5),
    ...comparableExtension(extension),
  ];
}

function firstText(value: readonly Plain[]): number {
  return value.findIndex((item) => !Array.isArray(item));
}

function comparableExtension([disposition = null, language = null, location = null]: readonly Plain[]): Plain[] {
  const [type = null, parameters = null] = Array.isArray(disposition) ? disposition : [];
  return [
    Array.isArray(disposition) ? [lower(type), comparableParameters(parameters)] : disposition,
    Array.isArray(language) ? language.map(comparableText) : comparableText(language),
    comparableText(location),
  ];
}

function lower(value: Plain): Plain {
  return typeof value === "string" ? value.toLowerCase() : value;
}

function comparableText(value: Plain): Plain {
  return typeof value === "string" ? inUtf8(value) : value;
}

/**
 * Parameters in the order of their names. RFC 2231 §6 has servers decode continuations and charsets for BODYSTRUCTURE;
 * Dovecot joins the first and leaves the second. RFC 2046 §4.1.2 gives a charset by default to text/plain alone; Dovecot
 * gives it to every text.
 */
function comparableParameters(value: Plain, media = ""): Plain {
  if (!Array.isArray(value)) return value;
  const found = new Map<string, string>();
  for (let at = 0; at + 1 < value.length; at += 2) {
    const [name, text] = decodedParameter(String(value[at]).toLowerCase(), String(value[at + 1]));
    const isDefault = name === "charset" && text === "us-ascii" && media !== "text/plain" && media !== "";
    if (!isDefault && !found.has(name)) found.set(name, inUtf8(text));
  }
  return found.size === 0 ? null : [...found].sort().flat();
}

function decodedParameter(name: string, value: string): readonly [name: string, value: string] {
  const [, charset = "", rest = ""] = /^([^']*)'[^']*'(.*)$/s.exec(value) ?? [];
  if (!name.endsWith("*") || charset === "") return [name, value];
  const octets = latin1Bytes(rest.replaceAll(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16))));
  const decoder = new TextDecoder(/^(?:us-ascii|ansi-x3.4-1968)$/i.test(charset) ? "latin1" : charset);
  return [name.slice(0, -1), latin1(new TextEncoder().encode(decoder.decode(octets)))];
}
