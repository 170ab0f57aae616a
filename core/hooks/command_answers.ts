/** Answers of extensions' commands, made printable: extensions are written by others, and not always in TypeScript. Pure. */
import type { ImapAnswer, Pop3Answer } from "../contract/extension_commands.ts";

/** Characters of a line: RFC 2449 §4 has 512 octets for the first line of a reply, and clients have small buffers. */
const LONGEST_TEXT = 400;
/** Of others. */
const LONGEST_LINE = 8000;
/** Lines of an answer. */
const MOST_LINES = 10_000;

/** A reply of POP3. @throws TypeError or RangeError for what cannot be printed. */
export function checkedPop3Answer(answer: Pop3Answer): Pop3Answer {
  if (typeof answer?.ok !== "boolean") throw new TypeError("the answer says neither ok: true nor ok: false");
  const text = oneLine(answer.text ?? "", LONGEST_TEXT);
  if (!answer.ok) return { ok: false, text };
  return { ok: true, text, ...answer.lines !== undefined && { lines: linesOf(answer.lines) } };
}

/**
 * Responses of IMAP.
 *
 * @throws TypeError or RangeError for what cannot be printed, or would change what the client knows of its session.
 */
export function checkedImapAnswer(answer: ImapAnswer): ImapAnswer {
  const status = (["OK", "NO", "BAD"] as const).find((status) => status === answer?.status);
  if (status === undefined) throw new TypeError("the answer's status is none of OK, NO and BAD");
  const { code } = answer;
  // RFC 9051 §9, resp-text-code.
  if (code !== undefined && !/^[A-Z0-9][A-Z0-9-]*(?: [^\]\r\n\0]+)?$/.test(code)) {
    throw new TypeError("the answer's code is no response code");
  }
  const untagged = linesOf(answer.untagged ?? []);
  const owned = untagged.find(isOwned);
  if (owned !== undefined) {
    throw new TypeError(`"${owned.slice(0, 40)}" is a response that only the server itself gives`);
  }
  // RFC 9051 §9: there is always a text.
  const text = oneLine(answer.text ?? "", LONGEST_TEXT) || "Done";
  return { status, text, untagged, ...code !== undefined && { code } };
}

/** Responses that tell of the session and of messages by their numbers: a client that is told wrongly mixes up mail. */
function isOwned(response: string): boolean {
  return !/^[A-Z]/i.test(response) || /^(?:OK|NO|BAD|BYE|PREAUTH|CAPABILITY|ENABLED|FLAGS|VANISHED)\b/i.test(response);
}

function linesOf(lines: readonly string[]): readonly string[] {
  if (lines.length > MOST_LINES) throw new RangeError(`the answer has more than ${MOST_LINES} lines`);
  return lines.map((line) => oneLine(line, LONGEST_LINE));
}

/** No line can end in it, and so none can begin that the extension was not asked for. */
function oneLine(text: string, most: number): string {
  return String(text).replace(/[\r\n\0]+/g, " ").slice(0, most);
}
