/** The thread of the writer: fsync stops it, and not the sessions. */
import { WriterServer } from "./writer/serve.ts";
import type { OwnerMessage, WriterMessage } from "./writer_messages.ts";

/** What a dedicated worker sees of itself. */
interface WorkerScope {
  postMessage(message: WriterMessage): void;
  addEventListener(type: "message", listener: (event: MessageEvent<OwnerMessage>) => void): void;
  close(): void;
}

declare const self: WorkerScope;

const server = new WriterServer(self);

self.addEventListener("message", ({ data }) => {
  server.take(data);
  if ("name" in data && data.name === "close") self.close();
});
