/** The header of a message on its way in, looked at before the rest is read: for loops, and for what submission adds. */
import { concat } from "../../../core/message/bytes.ts";
import { Header, type HeaderField } from "../../../core/message/header.ts";
import type { MessageSource } from "./message_source.ts";

const LF = 10, CR = 13;

/** Octets that are looked at; real headers are a hundred times smaller, and what lies beyond goes by unseen. */
const MOST = 262_144;

/** A header, and the whole message with it. */
export interface MessageHead {
  /** As far as it was looked at. */
  readonly header: Header;
  /** Whether the message begins with text where a field should be: such a message has no header at all. */
  readonly isMissing: boolean;
  /** Whether all of the header was looked at. */
  readonly isWhole: boolean;
  /** The message from its first octet, without these fields of its header. Once only. */
  body(dropped: readonly HeaderField[]): AsyncIterable<Uint8Array>;
}

/** Reads up to the empty line that ends the header (RFC 5322 §2.1), or as far as it goes. */
export async function readHead(source: MessageSource): Promise<MessageHead> {
  const lines = new EmptyLine();
  const kept: Uint8Array[] = [];
  for (let size = 0; size < MOST;) {
    const step = await source.next();
    if (step.done === true) return headOf(concat(kept), { size, isWhole: true }, source);
    const found = lines.findIn(step.value);
    if (found >= 0 && kept.length === 0) return headOf(step.value, { size: found, isWhole: true }, source);
    // A chunk is only valid until the next one.
    kept.push(step.value.slice());
    size += step.value.length;
    if (found >= 0) {
      return headOf(concat(kept), { size: size - step.value.length + found, isWhole: true }, source);
    }
  }
  return headOf(concat(kept), { size: MOST, isWhole: false }, source);
}

function headOf(
  first: Uint8Array,
  { size, isWhole }: { readonly size: number; readonly isWhole: boolean },
  source: MessageSource,
): MessageHead {
  const bytes = first.subarray(0, size);
  const header = new Header(bytes);
  return {
    header,
    isMissing: isNoHeader(header, bytes),
    isWhole,
    body: (dropped) => startingWith(without(first, dropped), source),
  };
}

/** What is left when these fields are taken out; the octets themselves when there are none. */
function without(first: Uint8Array, dropped: readonly HeaderField[]): Uint8Array {
  if (dropped.length === 0) return first;
  const pieces: Uint8Array[] = [];
  let from = 0;
  for (const { start, end } of dropped.toSorted((a, b) => a.start - b.start)) {
    pieces.push(first.subarray(from, start));
    from = end;
  }
  return concat([...pieces, first.subarray(from)]);
}

/** Text that is no field in the first line. A mailbox file's "From " line is no field either, but a header follows it. */
function isNoHeader({ fields: [first] }: Header, bytes: Uint8Array): boolean {
  if (first === undefined || first.key !== "") return false;
  return !/^>?From /.test(new TextDecoder().decode(bytes.subarray(0, 6)));
}

function startingWith(first: Uint8Array, source: MessageSource): AsyncIterable<Uint8Array> {
  let isFirst = first.length > 0;
  const iterator: AsyncIterator<Uint8Array, undefined> = {
    next() {
      if (!isFirst) return source.next();
      isFirst = false;
      return Promise.resolve({ done: false, value: first });
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}

/** Finds the first empty line in octets that come in pieces, looking at each once. */
class EmptyLine {
  #isLineStart = true;
  /** A CR stands at the start of the line. */
  #hasReturn = false;

  /** Where the empty line ends in this piece; -1 when it does not. */
  findIn(piece: Uint8Array): number {
    for (let at = 0; at < piece.length;) {
      if (this.#isLineStart) {
        const octet = piece[at];
        if (octet === LF) return at + 1;
        this.#isLineStart = octet === CR && !this.#hasReturn;
        this.#hasReturn = this.#isLineStart;
        if (this.#isLineStart) {
          at++;
          continue;
        }
      }
      const lineFeed = piece.indexOf(LF, at);
      if (lineFeed < 0) return -1;
      at = lineFeed + 1;
      this.#isLineStart = true;
    }
    return -1;
  }
}
