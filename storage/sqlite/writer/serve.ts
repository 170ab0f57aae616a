/**
 * Answers numbered requests with a writer, which the first of them opens. Those who ask are the thread that started it, and
 * others of the program through ports; what one of them commits, the others are told.
 */
import { wakesQueue } from "../../common/queue.ts";
import type {
  NumberedAnswer,
  NumberedRequest,
  OwnerMessage,
  WriterAnswers,
  WriterMessage,
} from "../writer_messages.ts";
import { failureOf, Writer } from "./writer.ts";

/** Whoever asks. */
export interface Asker {
  /** Tells it. */
  postMessage(message: WriterMessage): void;
}

/** One writer, in whatever thread. */
export class WriterServer {
  readonly #owner: Asker;
  readonly #others = new Map<number, MessagePort>();
  #writer: Writer | undefined;

  /** @param owner Who started it. */
  constructor(owner: Asker) {
    this.#owner = owner;
  }

  /** Does what is asked before it returns; never throws. */
  take(message: OwnerMessage): void {
    if ("join" in message) this.#join(message.join, message.port);
    else if ("leave" in message) this.#leave(message.leave);
    else this.#serve(message, this.#owner);
  }

  #join(thread: number, port: MessagePort): void {
    this.#leave(thread);
    this.#others.set(thread, port);
    port.onmessage = ({ data }: MessageEvent<NumberedRequest>) => this.#serve(data, port);
  }

  #leave(thread: number): void {
    this.#others.get(thread)?.close();
    this.#others.delete(thread);
  }

  #serve(asked: NumberedRequest, asker: Asker): void {
    asker.postMessage(this.#answer(asked, asker));
  }

  #answer(asked: NumberedRequest, asker: Asker): NumberedAnswer {
    try {
      return { id: asked.id, answer: this.#do(asked, asker) };
    } catch (error) {
      return { id: asked.id, failure: failureOf(error) };
    }
  }

  #do(asked: NumberedRequest, asker: Asker): WriterAnswers[keyof WriterAnswers] {
    if (asked.name === "open" && asker === this.#owner) {
      this.#writer = new Writer(asked.request);
      return { session: this.#writer.session };
    }
    const writer = this.#writer;
    if (writer === undefined) throw new Error("the writer was asked before it was opened");
    switch (asked.name) {
      case "open":
        return { session: writer.nextSession() };
      case "commit": {
        const outcome = writer.commit(asked.request);
        if (this.#others.size > 0) this.#tell(asked, outcome, asker);
        return outcome;
      }
      case "chunk":
        return writer.chunk(asked.request);
      case "finish":
        return writer.finish(asked.request);
      case "prefix":
        return writer.prefix(asked.request);
      case "discard":
        return writer.discard(asked.request);
      case "collect":
        return writer.collect(asked.request);
      case "index":
        return writer.index(asked.request);
      case "close":
        return asker === this.#owner ? writer.close() : undefined;
    }
  }

  /** Those who watch in other threads learn of it at once. */
  #tell(
    { request }: Extract<NumberedRequest, { readonly name: "commit" }>,
    { batches: _results, ...outcome }: WriterAnswers["commit"],
    by: Asker,
  ): void {
    const news = { ...outcome, wakesQueue: request.batches.some((batch) => batch.some(wakesQueue)) };
    for (const asker of [this.#owner, ...this.#others.values()]) if (asker !== by) asker.postMessage({ news });
  }
}
