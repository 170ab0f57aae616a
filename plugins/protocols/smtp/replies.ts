/** SMTP replies (RFC 5321 §4.2) with enhanced status codes (RFC 2034, RFC 3463): what they are, and how they are printed. */
import type { SmtpReply } from "../../../core/contract/mod.ts";

/** A reply before it is printed. A filter's or the delivery's `SmtpReply` is one. */
export interface Reply {
  /** Three digits. */
  readonly code: number;
  /** RFC 2034 §4: in all 2xx, 4xx and 5xx; in the greeting and in replies to HELO and EHLO it need not be, but may. */
  readonly enhanced?: SmtpReply["enhanced"];
  /** One line, or several. */
  readonly text: string | readonly string[];
}

/** RFC 5321 §4.5.3.1.5: a reply line has at most 512 octets, with its CRLF; the code and the enhanced code go first. */
const LONGEST_TEXT = 512 - 2 - "250-".length - "5.999.999 ".length;

/** A reply with an enhanced status code. */
export function reply(code: number, enhanced: SmtpReply["enhanced"], text: string | readonly string[]): SmtpReplyLines {
  return { code, enhanced, text };
}

/** A reply that has an enhanced status code. */
export type SmtpReplyLines = Reply & { readonly enhanced: SmtpReply["enhanced"] };

/** RFC 5321 §4.2.3: 221 and 421 tell who closes the connection, for machines to read (§4.2). */
export function replyOf(hostname: string, given: Reply): Reply {
  if (given.code !== 221 && given.code !== 421) return given;
  const [first = "", ...more] = typeof given.text === "string" ? [given.text] : given.text;
  return { ...given, text: [`${hostname} ${first}`, ...more] };
}

/** What may stand in a reply as it is. RFC 5321 §4.2: HT, SP and printable US-ASCII; RFC 6531 §3.7.4.2: no UTF-8. */
const printable = /^[\t -~]*$/;

/** The lines of a reply, without their CRLFs. Whatever the text is, it stays within its reply. */
export function replyLines({ code, enhanced, text }: Reply): string[] {
  const status = enhanced === undefined ? "" : `${agreeing(code, enhanced)} `;
  // Nearly all replies.
  if (typeof text === "string" && text.length <= LONGEST_TEXT && printable.test(text)) {
    return [`${code} ${status}${text}`];
  }
  const texts = (typeof text === "string" ? [text] : text).flatMap(printableLines);
  // RFC 2034 §4: each line of a reply has the same status code.
  return texts.map((line, index) => `${code}${index < texts.length - 1 ? "-" : " "}${status}${line}`);
}

/** RFC 2034 §4: the class of the status agrees with the first digit of the code, also where a filter forgot it. */
function agreeing(code: number, enhanced: string): string {
  return `${String(code).charAt(0)}${enhanced.slice(1)}`;
}

/** Line ends part lines, and what may not stand in them is shown as a question mark. */
function printableLines(text: string): string[] {
  return text.split(/\r\n|[\r\n]/).flatMap((line) => wrap(line.replace(/[^\t -~]/g, "?")));
}

function wrap(line: string): string[] {
  if (line.length <= LONGEST_TEXT) return [line];
  const space = line.lastIndexOf(" ", LONGEST_TEXT);
  const end = space > 0 ? space : LONGEST_TEXT;
  return [line.slice(0, end), ...wrap(line.slice(space > 0 ? end + 1 : end))];
}
