/** A message on its way into the storage: our fields, then what the client sends, chunk by chunk and uncopied. */
import type { IncomingMessage } from "../contract/delivery.ts";
import type { BodyContent } from "../contract/storage.ts";
import { concat } from "../message/bytes.ts";
import { hasNul } from "../wire/ascii.ts";

/** Octets up to which one copy is cheaper than an iteration. */
const small = 64 * 1024;

/** Content to be written once. */
export class MessageContent {
  /** Octets that have gone by. */
  octets = 0;
  /** Whether there was a NUL among those of the client. */
  hasNul = false;
  /** What the client's side threw, if it did. */
  failure: { readonly error: unknown } | undefined;
  readonly #head: Uint8Array;
  readonly #body: IncomingMessage["body"];

  /** A message below these fields. */
  constructor(head: Uint8Array, body: IncomingMessage["body"]) {
    this.#head = head;
    this.#body = body;
  }

  /** For `writeBody`. */
  get content(): BodyContent {
    const [head, body] = [this.#head, this.#body];
    if (!(body instanceof Uint8Array)) return this.#chunks(head, body[Symbol.asyncIterator]());
    this.octets = head.length + body.length;
    this.hasNul = hasNul(body);
    return this.octets <= small ? concat([head, body]) : pieces([head, body]);
  }

  /** An iterator by hand: no generator's hops between the connection and the storage. */
  #chunks(head: Uint8Array, body: AsyncIterator<Uint8Array>): AsyncIterable<Uint8Array> {
    let isBegun = false;
    const next = async (): Promise<IteratorResult<Uint8Array>> => {
      if (!isBegun) {
        isBegun = true;
        this.octets = head.length;
        return { done: false, value: head };
      }
      try {
        const result = await body.next();
        if (!result.done) this.#see(result.value);
        return result;
      } catch (error) {
        this.failure = { error };
        throw error;
      }
    };
    const end = async (): Promise<IteratorResult<Uint8Array>> => {
      await body.return?.();
      return { done: true, value: undefined };
    };
    return { [Symbol.asyncIterator]: () => ({ next, return: end }) };
  }

  #see(octets: Uint8Array): void {
    this.octets += octets.length;
    this.hasNul ||= hasNul(octets);
  }
}

async function* pieces(all: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* all;
}
