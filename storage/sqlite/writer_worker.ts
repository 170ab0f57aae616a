/** The thread of the writer: fsync stops it, and not the sessions. */
import { failureOf, Writer } from "./writer/writer.ts";
import type { NumberedAnswer, NumberedRequest, WriterAnswers } from "./writer_messages.ts";

/** What a dedicated worker sees of itself. */
interface WorkerScope {
  postMessage(message: NumberedAnswer): void;
  addEventListener(type: "message", listener: (event: MessageEvent<NumberedRequest>) => void): void;
  close(): void;
}

declare const self: WorkerScope;

let writer: Writer | undefined;

self.addEventListener("message", ({ data }) => {
  try {
    self.postMessage({ id: data.id, answer: answer(data) });
  } catch (error) {
    self.postMessage({ id: data.id, failure: failureOf(error) });
  }
  if (data.name === "close") self.close();
});

function answer(asked: NumberedRequest): WriterAnswers[keyof WriterAnswers] {
  if (asked.name === "open") {
    writer = new Writer(asked.request);
    return { session: writer.session };
  }
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
    case "close":
      return writer.close();
  }
}
