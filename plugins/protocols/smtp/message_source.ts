/**
 * The octets of a message as they come in, read on behalf of the delivery. A bare CR or LF ends no line here, and a message
 * that has one is refused whole: other servers would read it as two (SMTP smuggling; RFC 5321 §2.3.8, §4.1.1.4).
 */
import type { DotData } from "../../../core/contract/mod.ts";
import { CarriageReturnCounter } from "../../../core/message/line_endings.ts";
import { MessageRefused } from "./refusals.ts";
import { reply } from "./replies.ts";

const LF = 10;

/** Octets that are pulled, and stay in step with the dialogue whatever the one who pulls does. */
export interface MessageSource {
  /** The next octets, valid until the next call. Throws what is wrong with the message or the connection. */
  next(): Promise<IteratorResult<Uint8Array, undefined>>;
  /** What `next` threw: whoever passes an error on may have wrapped it. */
  readonly failure: unknown;
  /** Reads the rest away, so that the dialogue can go on. Throws what is wrong with the connection. */
  drain(): Promise<void>;
}

/** The end of a message. */
export const end: IteratorResult<Uint8Array, undefined> = { done: true, value: undefined };

/** The refusal of bare line ends. RFC 3463 §3.7: X.6.0, for which no detail says more. */
export function bareLineEnds(): MessageRefused {
  return new MessageRefused(
    reply(550, "5.6.0", "The message has a CR or LF on its own; lines must end in CRLF (RFC 5321 section 2.3.8)"),
  );
}

/** What follows DATA. */
export class DotSource implements MessageSource {
  readonly #data: DotData;
  readonly #octets: AsyncIterator<Uint8Array>;
  #ended = false;
  #failure: unknown;

  /** Reads what the reader gives. */
  constructor(data: DotData) {
    this.#data = data;
    this.#octets = data[Symbol.asyncIterator]();
  }

  /** What `next` threw. */
  get failure(): unknown {
    return this.#failure;
  }

  /** The next octets. */
  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#ended) return end;
    try {
      const step = await this.#octets.next();
      if (step.done !== true) return step;
      // Only now: the whole message has been read, up to its dot.
      if (this.#data.hasBareLineEnd) throw bareLineEnds();
      this.#ended = true;
      return end;
    } catch (error) {
      this.#failure = error;
      throw error;
    }
  }

  /** Reads up to the dot. The answer is known by then: only a broken connection matters still. */
  async drain(): Promise<void> {
    while (!this.#ended && this.#failure === undefined) await this.next().catch(() => {});
  }
}

/** Whether octets that go by in pieces have a CR without LF or a LF without CR. */
export class BareLineEnds {
  readonly #returns = new CarriageReturnCounter();
  #lineFeeds = 0;

  /** Takes the next octets. */
  push(piece: Uint8Array): void {
    this.#returns.push(piece);
    for (let at = piece.indexOf(LF); at >= 0; at = piece.indexOf(LF, at + 1)) this.#lineFeeds++;
  }

  /** After the last octet. */
  finish(): boolean {
    const { bareCr, bareLf } = this.#returns.finish(this.#lineFeeds);
    return bareCr + bareLf > 0;
  }
}
