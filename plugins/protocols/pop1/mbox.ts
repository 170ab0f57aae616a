/**
 * A mailbox as one run of octets, which is what POP1 sends (RFC 918: "the number of characters in the mailbox"). How messages
 * are told apart in it RFC 918 leaves to the host; UNIX hosts, and RFC 4155 appendix A, have a line "From " before each and
 * an empty line after. Lines end in CRLF here. A line of a message that looks like a separator gets a ">" before it, and so
 * does one that has some already: what reads the mailbox can take them away again.
 */
import { latin1, latin1Bytes } from "../../../core/wire/ascii.ts";

/** Who sent a message, and when. */
export interface Separation {
  /** An address; what no line can hold is left out of it. */
  readonly sender: string;
  /** In UTC, to the second. */
  readonly date: Date;
}

/** The line before a message, with its CRLF. */
export function printSeparator({ sender, date }: Separation): string {
  const word = sender.replace(/[\0-\x20\x7f-\uffff]/g, "").slice(0, 256) || "MAILER-DAEMON";
  const [, day = "Thu", number = "01", month = "Jan", year = "1970", time = "00:00:00"] =
    /^(\w+), (\d+) (\w+) (\d+) ([\d:]+)/.exec(date.toUTCString()) ?? [];
  return `From ${word} ${day} ${month} ${String(Number(number)).padStart(2)} ${time} ${year}\r\n`;
}

/** Characters that may be held back to see what a line begins with: no separator begins with so many. */
const MOST_HELD = 1000;
const beginning = /^>*(?:F(?:r(?:o(?:m)?)?)?)?$/;

/** Quotes the lines of one message that look like separators, piece by piece. Lines end in CRLF. */
export class FromQuoter {
  #isLineStart = true;
  #held = "";

  /** The next octets, as far as it is known what their lines begin with. */
  push(piece: Uint8Array): Uint8Array {
    const text = this.#held + latin1(piece);
    this.#held = "";
    const firstLine = this.#isLineStart ? 0 : text.indexOf("\n") + 1 || text.length;
    const lastLine = Math.max(firstLine, text.lastIndexOf("\n") + 1);
    const tail = text.slice(lastLine);
    const isOpen = tail.length <= MOST_HELD && beginning.test(tail);
    if (isOpen) this.#held = tail;
    const known = isOpen ? text.slice(0, lastLine) : text;
    if (known !== "") this.#isLineStart = known.endsWith("\n");
    return latin1Bytes(known.slice(0, firstLine) + known.slice(firstLine).replace(/^>*From /gm, ">$&"));
  }

  /** What was held back. */
  finish(): Uint8Array {
    return latin1Bytes(this.#held);
  }
}

/** A message in its place in a mailbox, in pieces. */
export async function* inMailbox(
  separation: Separation,
  octets: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield latin1Bytes(printSeparator(separation));
  const quoter = new FromQuoter();
  for await (const piece of octets) yield quoter.push(piece);
  yield quoter.finish();
  yield latin1Bytes("\r\n");
}
