/**
 * A message that comes in chunks (BDAT, RFC 3030 §2). The delivery reads it as one body while the dialogue goes on between
 * the chunks: each piece is handed over and waits until the delivery asks for the next.
 */
import { BareLineEnds, bareLineEnds, end, type MessageSource } from "./message_source.ts";
import { MessageRefused } from "./refusals.ts";
import { type Reply, reply } from "./replies.ts";

/** From the first chunk to the last. */
export class ChunkedMessage {
  readonly #body: HandedOver;
  readonly #outcome: Promise<Reply>;
  #octets = 0;

  /**
   * @param isText Whether lines must end in CRLF: all but BINARYMIME.
   * @param takeIn Takes the message in and says what came of it; throws nothing that the body did not.
   */
  constructor(isText: boolean, takeIn: (body: MessageSource) => Promise<Reply>) {
    this.#body = new HandedOver(isText);
    this.#outcome = takeIn(this.#body);
  }

  /** How many there were so far. */
  get octets(): number {
    return this.#octets;
  }

  /** Hands a chunk over; the answer if the message was refused before its end. */
  async add(chunk: AsyncIterable<Uint8Array>): Promise<Reply | undefined> {
    for await (const piece of chunk) {
      this.#octets += piece.length;
      await this.#body.push(piece);
    }
    return this.#body.isAbandoned ? await this.#outcome : undefined;
  }

  /** After the last chunk: what came of the message. */
  finish(): Promise<Reply> {
    this.#body.finish();
    return this.#outcome;
  }

  /** RFC 3030 §2: RSET, and whatever else ends the transaction, clears all chunks. Nothing is kept when it resolves. */
  async abort(): Promise<void> {
    this.#body.fail(new MessageRefused(reply(451, "4.4.2", "The transaction was aborted")));
    await this.#outcome;
  }
}

/** Pieces that are pushed at one end and pulled at the other, one at a time. */
class HandedOver implements MessageSource {
  readonly #lineEnds: BareLineEnds | undefined;
  #state: "open" | "ended" | "abandoned" = "open";
  #failure: unknown;
  /** A piece that nobody has asked for yet. */
  #offered: Uint8Array | undefined;
  /** The one who pulls, waiting for a piece. */
  #puller: PromiseWithResolvers<IteratorResult<Uint8Array, undefined>> | undefined;
  /** Lets the one who pushed go on. */
  #release: (() => void) | undefined;

  constructor(isText: boolean) {
    this.#lineEnds = isText ? new BareLineEnds() : undefined;
  }

  get failure(): unknown {
    return this.#failure;
  }

  /** Whether nobody wants any more of it, before its end or after. */
  get isAbandoned(): boolean {
    return this.#state === "abandoned";
  }

  /** Resolves when the piece is no longer needed. */
  push(piece: Uint8Array): Promise<void> {
    if (this.#state === "abandoned") return Promise.resolve();
    this.#lineEnds?.push(piece);
    const done = Promise.withResolvers<void>();
    this.#release = done.resolve;
    if (this.#puller === undefined) this.#offered = piece;
    else this.#take().resolve({ done: false, value: piece });
    return done.promise;
  }

  finish(): void {
    if (this.#state !== "open") return;
    if (this.#lineEnds?.finish()) return this.fail(bareLineEnds());
    this.#state = "ended";
    if (this.#puller) this.#take().resolve(end);
  }

  fail(error: unknown): void {
    this.#failure ??= error;
    if (this.#puller) this.#take().reject(this.#failure);
  }

  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const piece = this.#offered;
    this.#offered = undefined;
    if (piece !== undefined) return Promise.resolve({ done: false, value: piece });
    this.#release?.();
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#state !== "open") return Promise.resolve(end);
    this.#puller = Promise.withResolvers();
    return this.#puller.promise;
  }

  /** Nobody pulls any more: what is still pushed goes nowhere. */
  drain(): Promise<void> {
    this.#state = "abandoned";
    this.#offered = undefined;
    this.#release?.();
    return Promise.resolve();
  }

  #take(): PromiseWithResolvers<IteratorResult<Uint8Array, undefined>> {
    const puller = this.#puller ?? Promise.withResolvers();
    this.#puller = undefined;
    return puller;
  }
}
