/** The thread of the writer: fsync stops it, and not the sessions. */
import { WriterServer } from "./writer/serve.ts";
import type { NumberedAnswer, NumberedRequest } from "./writer_messages.ts";

/** What a dedicated worker sees of itself. */
interface WorkerScope {
  postMessage(message: NumberedAnswer): void;
  addEventListener(type: "message", listener: (event: MessageEvent<NumberedRequest>) => void): void;
  close(): void;
}

declare const self: WorkerScope;

const server = new WriterServer();

self.addEventListener("message", ({ data }) => {
  self.postMessage(server.answer(data));
  if (data.name === "close") self.close();
});
