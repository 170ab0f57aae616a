/** HEADER.FIELDS and HEADER.FIELDS.NOT (RFC 9051 §6.4.5.1): some fields of a header, octet for octet, from any chunks. */
import { concat } from "../../../../core/message/bytes.ts";
import type { Transform } from "../../../../core/message/transformed_view.ts";
import { latin1, lowerAscii } from "../../../../core/wire/ascii.ts";

const LF = 10, CR = 13, SPACE = 32, TAB = 9, COLON = 58;
/** RFC 5322 §4.5 has blanks before a colon; so many are looked at. */
const MOST_BLANKS = 998;

/** Which fields are wanted: made once for many headers. */
export class WantedFields {
  /** Whether these are kept, or all others. */
  readonly areKept: boolean;
  /** Octets of the longest name. */
  readonly longest: number;
  readonly #names: readonly string[];

  /** @param names Of fields. */
  constructor(names: readonly string[], areKept: boolean) {
    this.areKept = areKept;
    this.longest = names.reduce((longest, name) => Math.max(longest, name.length), 0);
    this.#names = names.map((name) => name.toLowerCase());
  }

  /** Whether a field is kept. RFC 9051 §6.4.5.1: matching is case-insensitive in ASCII, but otherwise exact. */
  isKept(bytes: Uint8Array, start: number, end: number): boolean {
    return this.areKept === this.#names.some((name) => {
      if (name.length !== end - start) return false;
      for (let at = 0; at < name.length; at++) {
        if (lowerAscii(bytes[start + at] ?? 0) !== name.charCodeAt(at)) return false;
      }
      return true;
    });
  }
}

/**
 * Keeps the fields that are wanted, with their continuation lines and in their order, and the empty line at the end. A line
 * that is no field matches no name. What a field is, `core/message/header.ts` says in the same way.
 */
export class FieldFilter implements Transform {
  readonly #wanted: WantedFields;
  /** The beginning of a line of which it cannot be said yet whether it is kept. */
  #carried: Uint8Array = new Uint8Array(0);
  #isLineStart = true;
  #isKept: boolean;

  /** Keeps these. */
  constructor(wanted: WantedFields) {
    this.#wanted = wanted;
    this.#isKept = !wanted.areKept;
  }

  /** The next octets of the header. */
  push(chunk: Uint8Array): Uint8Array {
    const bytes = this.#carried.length === 0 ? chunk : concat([this.#carried, chunk]);
    // A text is searched several times as quickly as its octets.
    const text = latin1(bytes);
    this.#carried = new Uint8Array(0);
    const output = new Uint8Array(bytes.length);
    let length = 0, at = 0, keptFrom = 0;
    // Lines that are kept and follow one another are copied together.
    const copy = () => {
      output.set(bytes.subarray(keptFrom, at), length);
      length += at - keptFrom;
    };
    while (at < bytes.length) {
      if (this.#isLineStart) {
        const isKept = this.#judge(bytes, at);
        if (isKept === undefined) {
          this.#carried = bytes.slice(at);
          break;
        }
        if (this.#isKept && !isKept) copy();
        if (!this.#isKept) keptFrom = at;
        this.#isKept = isKept;
      }
      const lineFeed = text.indexOf("\n", at);
      this.#isLineStart = lineFeed >= 0;
      at = lineFeed < 0 ? bytes.length : lineFeed + 1;
    }
    if (this.#isKept) copy();
    return output.subarray(0, length);
  }

  /** A last line that ends before its colon is no field. */
  finish(): Uint8Array {
    return this.#wanted.areKept ? new Uint8Array(0) : this.#carried;
  }

  /** Whether the line at `start` is kept; undefined when more of it must be seen. */
  #judge(bytes: Uint8Array, start: number): boolean | undefined {
    const first = bytes[start];
    // RFC 5322 §2.2.3: it continues the field before it.
    if (first === SPACE || first === TAB) return this.#isKept;
    // RFC 9051 §6.4.5.1: the empty line is part of every subset.
    if (first === LF) return true;
    if (first === CR) return start + 1 === bytes.length ? undefined : bytes[start + 1] === LF || !this.#wanted.areKept;
    let end = start;
    while (end < bytes.length && end - start <= this.#wanted.longest && isNameOctet(bytes[end] ?? 0)) end++;
    let colon = end;
    while ((bytes[colon] === SPACE || bytes[colon] === TAB) && colon - end < MOST_BLANKS) colon++;
    if (colon === bytes.length) return undefined;
    if (end === start || bytes[colon] !== COLON) return !this.#wanted.areKept;
    return this.#wanted.isKept(bytes, start, end);
  }
}

/** RFC 5322 §2.2: printable ASCII without colon. */
function isNameOctet(octet: number): boolean {
  return octet > SPACE && octet < 127 && octet !== COLON;
}
