/** Responses of Ph (RFC 2378 §2.2, appendix B), and the character sets that they are sent in (§1.1.2). */
import { latin1Bytes } from "../../../core/wire/ascii.ts";

/** A line: its code, negative where others follow, and what stands after it, between colons. */
export interface Line {
  /** RFC 2378, appendix B. */
  readonly code: number;
  /** Each after a colon. */
  readonly parts: readonly (string | number)[];
}

/** One that is the last of its response, or goes before it (1xx). */
export function line(code: number, ...parts: (string | number)[]): Line {
  return { code, parts };
}

/** One that others follow. */
export function more(code: number, ...parts: (string | number)[]): Line {
  return { code: -code, parts };
}

/** Sets that clients may ask for. */
export const charsets = ["us-ascii", "iso-8859-1", "utf-8"] as const;
/** One of them. */
export type Charset = typeof charsets[number];

/** The octets of a line, with its CRLF. What a set does not have is a question mark; in US-ASCII it is quoted. */
export function printLine({ code, parts }: Line, charset: Charset): Uint8Array {
  // deno-lint-ignore no-control-regex -- control characters are what must go
  const text = `${code}:${parts.join(":").replace(/[\0-\x1f\x7f]/g, " ")}\r\n`;
  if (charset === "utf-8") return new TextEncoder().encode(text);
  const known = text.replace(/[^\0-\xff]/gu, "?");
  return latin1Bytes(charset === "iso-8859-1" ? known : quoted(known));
}

/** RFC 2378 §1.1.2, RFC 2045 §6.7. */
function quoted(text: string): string {
  return text.replace(/[\x80-\xff]/g, (character) => `=${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
