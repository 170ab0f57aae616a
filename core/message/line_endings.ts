/** Line ends: counting them, and making every one CRLF (RFC 5321 §2.3.8, RFC 1939 §3) while octets stream through. */
import { latin1 } from "../wire/ascii.ts";

const LF = 10, CR = 13;

/** What the line ends of some octets are. */
export interface LineEndings {
  /** Octets in all. */
  readonly size: number;
  /** CR that no LF follows. */
  readonly bareCr: number;
  /** LF that no CR precedes. */
  readonly bareLf: number;
  /** Whether the last line ends; true when there are no octets. */
  readonly ended: boolean;
}

/** Octets if every bare CR and bare LF became CRLF, and a last line without line end had one. */
export function crlfSizeOf({ size, bareCr, bareLf, ended }: LineEndings): number {
  return size + bareCr + bareLf + (ended ? 0 : 2);
}

/** Counts the CRs of a message; whoever counts its LFs anyway brings them in at the end. */
export class CarriageReturnCounter {
  #size = 0;
  #crlf = 0;
  #bareCr = 0;
  /** The octet before the current chunk. */
  #last = LF;

  /** Takes the next octets. @param text The same. */
  push(chunk: Uint8Array, text: string = latin1(chunk)): void {
    if (chunk.length === 0) return;
    if (this.#last === CR) this.#count(chunk[0]);
    const end = chunk.length - 1;
    for (let at = text.indexOf("\r"); at >= 0 && at < end; at = text.indexOf("\r", at + 1)) this.#count(chunk[at + 1]);
    this.#last = chunk[end] ?? 0;
    this.#size += chunk.length;
  }

  /** What there was, given how many LFs there were. */
  finish(lineFeeds: number): LineEndings {
    // A CR at the very end has no LF after it.
    const bareCr = this.#bareCr + (this.#last === CR ? 1 : 0);
    const ended = this.#last === LF || this.#last === CR;
    return { size: this.#size, bareCr, bareLf: lineFeeds - this.#crlf, ended };
  }

  /** One CR, by what follows it. */
  #count(next: number | undefined): void {
    if (next === LF) this.#crlf++;
    else this.#bareCr++;
  }
}

/** The line ends of octets in memory. */
export function lineEndingsOf(bytes: Uint8Array): LineEndings {
  const counter = new CarriageReturnCounter();
  counter.push(bytes);
  return counter.finish(countLineFeeds(latin1(bytes)));
}

/** How many LFs there are from `from` on, before `end`. A text is searched several times as quickly as its octets. */
export function countLineFeeds(text: string, from = 0, end = text.length): number {
  let count = 0;
  for (let at = text.indexOf("\n", from); at >= 0 && at < end; at = text.indexOf("\n", at + 1)) count++;
  return count;
}

/**
 * Makes every bare CR and bare LF a CRLF and ends the last line, chunk by chunk. The sum of what it returns is
 * `crlfSizeOf` of what it took, however that was split.
 */
export class LineEndingNormalizer {
  /** The octet before the current chunk; a CR there has been written as CRLF already. */
  #last = LF;

  /** The next octets, normalised: a new array, or the chunk itself (or a part of it) when it is clean. */
  push(chunk: Uint8Array): Uint8Array {
    // The LF of a CRLF that the chunks split was written with its CR.
    const rest = this.#last === CR && chunk[0] === LF ? chunk.subarray(1) : chunk;
    this.#last = chunk[chunk.length - 1] ?? this.#last;
    if (rest.length === 0) return rest;
    const endings = lineEndingsOf(rest);
    const size = rest.length + endings.bareCr + endings.bareLf;
    return size === rest.length ? rest : normalized(rest, size);
  }

  /** The line end of a last line that had none. */
  finish(): Uint8Array {
    const ended = this.#last === LF || this.#last === CR;
    this.#last = LF;
    return ended ? new Uint8Array(0) : Uint8Array.of(CR, LF);
  }
}

function normalized(bytes: Uint8Array, size: number): Uint8Array {
  const output = new Uint8Array(size);
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const octet = bytes[at] ?? 0;
    if (octet !== CR && octet !== LF) {
      output[length++] = octet;
      continue;
    }
    output[length++] = CR;
    output[length++] = LF;
    if (octet === CR && bytes[at + 1] === LF) at++;
  }
  return output;
}
