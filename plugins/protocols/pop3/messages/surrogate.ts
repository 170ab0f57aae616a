/**
 * Surrogates of headers with UTF-8 in them, for clients that have not said UTF8 (RFC 6856 §2.1): what the user needs is shown
 * in ASCII, as RFC 6858 has it, but for what RFC 6857 can keep: the names of files, for one.
 */
import type { MessageParameter } from "../../../../core/contract/message.ts";
import { parseAddressList } from "../../../../core/message/address.ts";
import { printAddressList } from "../../../../core/message/address_printer.ts";
import { concat } from "../../../../core/message/bytes.ts";
import { parseContentType, parseDisposition } from "../../../../core/message/content_fields.ts";
import { encodeWords } from "../../../../core/message/encoded_word.ts";
import { utf8TextOf } from "../../../../core/message/field_text.ts";
import { printField } from "../../../../core/message/fold.ts";
import { Header } from "../../../../core/message/header.ts";
import { printParameter } from "../../../../core/message/parameter_printer.ts";
import { isAscii } from "../../../../core/wire/ascii.ts";
import { encodeUtf8 } from "../../../../core/wire/utf8.ts";

/** Whether a header needs UTF-8 mode. */
export function isInternational(bytes: Uint8Array): boolean {
  if (isAscii(bytes)) return false;
  const header = new Header(bytes);
  return header.fields.some((field) => field.name !== "" && hasUtf8(header.raw(field)));
}

/** Octets in some other charset are no UTF-8: such mail is older than the rule. A field beside it may be of today. */
function hasUtf8(field: Uint8Array): boolean {
  return !isAscii(field) && utf8TextOf(field) !== undefined;
}

/** The header without fields of UTF-8, empty line included where there was one; line ends are CRLF. */
export function surrogateHeader(bytes: Uint8Array): Uint8Array {
  const header = new Header(bytes);
  const fields = header.fields.map((field) => {
    const raw = header.raw(field);
    // A line that is no field stays: it may be all that there is of a message.
    if (field.name === "" || !hasUtf8(raw)) return raw;
    const value = present(field.key, header.value(field));
    // RFC 6858 §2.4: what cannot be presented is left out.
    return value === undefined ? nothing : encodeUtf8(printField(field.name, value));
  });
  const end = header.fields.at(-1)?.end ?? 0;
  return concat([...fields, bytes.subarray(end)]);
}

const nothing = new Uint8Array(0);

/** RFC 6858 §2.1. */
const addressFields: ReadonlySet<string> = new Set([
  "bcc",
  "cc",
  "from",
  "reply-to",
  "resent-bcc",
  "resent-cc",
  "resent-from",
  "resent-sender",
  "resent-to",
  "return-path",
  "sender",
  "to",
]);

/** RFC 2606: `.invalid` is nobody's for ever. */
const nobody = { mailbox: "invalid", host: "internationalized-address.invalid" };

function present(key: string, value: string): string | undefined {
  if (addressFields.has(key)) return presentAddresses(value);
  // RFC 6858 §2.3, RFC 6857 §3.2.6.
  if (key === "subject" || key === "content-description") return encodeWords(value);
  if (key === "content-type") {
    const { type, subtype, parameters } = parseContentType(value);
    return presentParameters(`${type}/${subtype}`, parameters);
  }
  if (key === "content-disposition") {
    const { type, parameters } = parseDisposition(value);
    return presentParameters(type, parameters);
  }
  return undefined;
}

function presentAddresses(value: string): string {
  const list = parseAddressList(value).map((address) => {
    const { name = "", mailbox = "", host } = address;
    if (host === undefined) return mailbox === "" ? address : { mailbox: encodeWords(mailbox) };
    const spec = `${mailbox}@${host}`;
    // RFC 6858 §2.1: never an address that might be someone else's.
    if (!isAsciiText(spec)) return { ...nobody, name: encodeWords(name === "" ? spec : name) };
    return name === "" ? { mailbox, host } : { mailbox, host, name: encodeWords(name) };
  });
  return printAddressList(list);
}

/** RFC 6857 §3.1.4: values as RFC 2231 has them. RFC 6858 §2.2 would leave them out, and nobody can guess a file's name. */
function presentParameters(type: string, parameters: readonly MessageParameter[]): string | undefined {
  if (!isAsciiText(type)) return undefined;
  const kept = parameters.filter(([name]) => isAsciiText(name));
  return type + kept.map(([name, value]) => printParameter(name, value)).join("");
}

function isAsciiText(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}
