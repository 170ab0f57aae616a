/** Bytes of header fields as text: UTF-8 where it is (RFC 6532 §3.2), whole or spoilt; one character per byte where it is not. */
import { latin1 } from "../wire/ascii.ts";
import { decodeUtf8, encodeUtf8 } from "../wire/utf8.ts";

/** Text of bytes that are meant to be ASCII or UTF-8; Latin-1 when they are neither, so that no byte is lost. */
export function textOf(bytes: Uint8Array): string {
  return utf8TextOf(bytes) ?? latin1(bytes);
}

/** Text of bytes that are UTF-8, or were before something spoilt them; undefined for what is hardly that. */
export function utf8TextOf(bytes: Uint8Array): string | undefined {
  return decodeUtf8(bytes) ?? spoiltUtf8(bytes);
}

const lenient = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * UTF-8 that was cut, or has other octets among its own: those are U+FFFD each. Text in another charset hardly ever has as
 * many characters of UTF-8 beyond ASCII as it has octets that are none.
 */
function spoiltUtf8(bytes: Uint8Array): string | undefined {
  const text = lenient.decode(bytes);
  const beyondAscii = text.replace(/[\0-\x7f]+/g, "");
  const whole = beyondAscii.replaceAll("\ufffd", "").length;
  return whole * 2 >= beyondAscii.length ? text : undefined;
}

/**
 * RFC 5322 §2.2.3: unfolding removes the line end before white space. Any other line end, which only broken input has,
 * becomes a space. White space at both ends of the value goes.
 */
export function unfold(text: string): string {
  // Most values are one line, with its end.
  const line = text.endsWith("\r\n") ? text.slice(0, -2) : text;
  if (!line.includes("\n") && !line.includes("\r")) return trimBlanks(line);
  const joined = text.replace(/[\r\n]+([ \t]?)/g, (_lineEnd, blank: string) => blank === "" ? " " : blank);
  return trimBlanks(joined);
}

/** Without spaces and tabs at its ends. (String.trim would take a no-break space too.) */
export function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

/** RFC 5234 WSP: space or tab. */
export function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}

/** RFC 5322 §3.2.3 atext, with RFC 6532 §3.2: every character beyond ASCII. */
export function isAtext(code: number): boolean {
  return code > 127 || atext[code] === 1;
}

const atext = new Uint8Array(128);
for (const code of encodeUtf8("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-/=?^_`{|}~")) {
  atext[code] = 1;
}
