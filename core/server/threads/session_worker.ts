/** A further session thread: what `spawn_thread.ts` starts. */
import { workerData } from "node:worker_threads";

// As in the first thread; a thread of Node's kind has none.
Reflect.set(globalThis, "self", globalThis);
const { serveFirst } = await import("./session_thread.ts");
const port: MessagePort = workerData;
serveFirst(port);
port.start();
