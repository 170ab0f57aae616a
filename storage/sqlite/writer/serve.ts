/** Answers numbered requests with a writer, which the first of them opens. */
import type { NumberedAnswer, NumberedRequest, WriterAnswers } from "../writer_messages.ts";
import { failureOf, Writer } from "./writer.ts";

/** One writer, in whatever thread. */
export class WriterServer {
  #writer: Writer | undefined;

  /** Does what is asked before it returns; never throws. */
  answer(asked: NumberedRequest): NumberedAnswer {
    try {
      return { id: asked.id, answer: this.#do(asked) };
    } catch (error) {
      return { id: asked.id, failure: failureOf(error) };
    }
  }

  #do(asked: NumberedRequest): WriterAnswers[keyof WriterAnswers] {
    if (asked.name === "open") {
      this.#writer = new Writer(asked.request);
      return { session: this.#writer.session };
    }
    const writer = this.#writer;
    if (writer === undefined) throw new Error("the writer was asked before it was opened");
    switch (asked.name) {
      case "commit":
        return writer.commit(asked.request);
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
        return writer.close();
    }
  }
}
