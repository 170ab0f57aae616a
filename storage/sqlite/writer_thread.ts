/** Where the writer runs: in a thread of its own, or, where Deno does not let that read the program, in ours. */
import type { Logger } from "../../core/contract/logger.ts";
import type { News, NumberedAnswer, NumberedRequest, OwnerMessage, WriterMessage } from "./writer_messages.ts";

/** A writer that can be asked. */
export interface WriterThread {
  /** Asks. */
  send(asked: NumberedRequest): void;
  /** From now on another thread asks too, through a port, until the thread of that number leaves. */
  join(thread: number, port: MessagePort): void;
  /** It asks no more. */
  leave(thread: number): void;
  /** Ends it, whatever it does. */
  terminate(): void;
}

/** What becomes of what is asked. */
export interface WriterListener {
  /** In the order of the requests. */
  answered(answer: NumberedAnswer): void;
  /** Another thread has committed something. */
  heard(news: News): void;
  /** There will be no more answers. */
  died(reason: string): void;
}

/** Starts a writer. */
export type SpawnWriter = (listener: WriterListener) => WriterThread;

/** The best that the permissions allow. */
export function writerSpawner(log: Logger): SpawnWriter {
  if (mayReadProgram()) return (listener) => workerThread(startWorker(), listener);
  log.info(
    "the storage writes in the thread of the sessions, which wait for the disk with it: a thread of its own needs " +
      "--allow-read for the program's folders core and storage",
  );
  return sameThread;
}

/** A worker as a writer. */
export function workerThread(worker: Worker, listener: WriterListener): WriterThread {
  worker.addEventListener("message", ({ data }: MessageEvent<WriterMessage>) => hear(data, listener));
  worker.addEventListener("messageerror", () => listener.died("a message could not be read"));
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    listener.died(event.message);
  });
  const tell = (message: OwnerMessage, transfer: Transferable[] = []) => worker.postMessage(message, transfer);
  return {
    send: tell,
    join: (thread, port) => tell({ join: thread, port }, [port]),
    leave: (thread) => tell({ leave: thread }),
    terminate: () => worker.terminate(),
  };
}

/** The worker that a writer runs in. */
export function startWorker(): Worker {
  return new Worker(new URL("./writer_worker.ts", import.meta.url), { type: "module", name: "sqlite writer" });
}

/** A worker's modules are read with the program's permissions, other than the program's own. */
function mayReadProgram(): boolean {
  // One binary has them within.
  return Deno.build.standalone || import.meta.url.startsWith("file:") &&
      ["../", "../../core/"].every((folder) =>
        Deno.permissions.querySync({ name: "read", path: new URL(folder, import.meta.url) }).state === "granted"
      );
}

/** In this thread; answers come later than requests all the same. */
export function sameThread(listener: WriterListener): WriterThread {
  // The writer's modules are only loaded where they are needed.
  const server = import("./writer/serve.ts").then(({ WriterServer }) =>
    new WriterServer({ postMessage: (message) => isOver || hear(message, listener) })
  );
  let isOver = false;
  const tell = (message: OwnerMessage) => void server.then((writer) => isOver || writer.take(message));
  return {
    send: tell,
    join: (thread, port) => tell({ join: thread, port }),
    leave: (thread) => tell({ leave: thread }),
    terminate: () => isOver = true,
  };
}

/** Hands over what a writer says. */
export function hear(message: WriterMessage, listener: Omit<WriterListener, "died">): void {
  if ("news" in message) listener.heard(message.news);
  else listener.answered(message);
}
