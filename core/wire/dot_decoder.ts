/** Dot-stuffed data (RFC 5321 §4.5.2, RFC 1939 §3), taken apart: pure, one pass, whatever the pieces. */
import { latin1 } from "./ascii.ts";

const LF = 10, CR = 13, DOT = 46;

/** What stands before the next octet. */
const IN_LINE = 0, AFTER_CR = 1, LINE_START = 2;

/** Decodes one message. Only CRLF ends a line and only CRLF.CRLF the data: nothing else does, whatever it looks like. */
export class DotDecoder {
  /** Whether a CR without LF or a LF without CR has gone by. */
  hasBareLineEnd = false;
  /** Whether the final dot has been seen. */
  hasEnded = false;
  /** Octets of the last input that are done with; the rest has to be given again, with what follows it. */
  consumed = 0;
  #before = LINE_START;

  /**
   * Takes octets from the start of `input`, which is overwritten where dots are removed. At most two octets, whose meaning
   * those after them decide, are not consumed.
   *
   * @returns Content, a view of `input`; perhaps empty.
   */
  decode(input: Uint8Array): Uint8Array {
    let before = this.#before;
    /** Content lies in 0..length and in from..at. */
    let length = 0, from = 0, at = 0, skipped = 0;
    // Line ends are searched for in a text: that is several times as quick as looking at each octet.
    const text = latin1(input);
    let lineFeed = -1, carriageReturn = -1;
    for (; at < input.length; at++) {
      if (before === IN_LINE) {
        if (lineFeed < at) lineFeed = next(text, "\n", at);
        if (carriageReturn < at) carriageReturn = next(text, "\r", at);
        // Nearly always the next of each are the line's end.
        if (lineFeed === carriageReturn + 1 && lineFeed < input.length) {
          at = lineFeed;
          before = LINE_START;
          continue;
        }
        at = Math.min(lineFeed, carriageReturn);
        if (at === input.length) break;
      }
      const octet = input[at] ?? 0;
      if (octet === LF) {
        if (before !== AFTER_CR) this.hasBareLineEnd = true;
        before = before === AFTER_CR ? LINE_START : IN_LINE;
        continue;
      }
      if (before === AFTER_CR) this.hasBareLineEnd = true;
      if (octet === DOT && before === LINE_START) {
        const next = input[at + 1], afterNext = input[at + 2];
        if (next === undefined || (next === CR && afterNext === undefined)) break;
        if (next === CR && afterNext === LF) {
          this.hasEnded = true;
          skipped = 3;
          break;
        }
        // RFC 5321 §4.5.2: other octets follow, so the dot was added by the sender.
        length = moved(input, from, at, length);
        from = at + 1;
      }
      before = octet === CR ? AFTER_CR : IN_LINE;
    }
    this.#before = before;
    this.consumed = at + skipped;
    return input.subarray(0, moved(input, from, at, length));
  }
}

/** Where the next one is; the end of the text when there is none. */
function next(text: string, character: string, from: number): number {
  const at = text.indexOf(character, from);
  return at < 0 ? text.length : at;
}

/** Moves octets to the left, if need be; where they end then. */
function moved(bytes: Uint8Array, from: number, to: number, target: number): number {
  if (from !== target) bytes.copyWithin(target, from, to);
  return target + to - from;
}
