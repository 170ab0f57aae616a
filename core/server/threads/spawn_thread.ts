/** Starts session threads, where Deno lets a thread read the program, and ends them, whatever they do. */
import { MessageChannel, SHARE_ENV, Worker } from "node:worker_threads";
import type { Port } from "./calls.ts";

/** A thread that was started. */
export interface SpawnedThread {
  /** To what runs in it. */
  readonly port: Port;
  /** Ends it. @param isSilent Whether it has not answered. */
  end(isSilent: boolean): void;
}

/** What is told of one. */
export interface SpawnListener {
  /** It has ended by an error that nobody has caught. */
  failed(reason: string): void;
  /** It does nothing any more, and its sockets are closed. Called once, however it has ended. */
  gone(): void;
}

/** Starts one, of this number. @throws Error where there can be no further thread. */
export type SpawnThread = (thread: number, listener: SpawnListener) => SpawnedThread;

/** The program's folders, of which a session thread consists. */
const folders = ["core", "plugins", "storage", "vendor"] as const;

/** Why there can be no further threads; undefined where there can be. */
export function whyNoThreads(): string | undefined {
  // One binary has its modules within; a thread's are read with the program's permissions, other than the program's own.
  if (Deno.build.standalone || !import.meta.url.startsWith("file:")) return undefined;
  const missing = folders.map((folder) => new URL(`../../../${folder}`, import.meta.url)).filter((path) =>
    Deno.permissions.querySync({ name: "read", path }).state !== "granted"
  );
  return missing.length === 0 ? undefined : `threads need --allow-read for the program's folders ${folders.join(", ")}`;
}

/**
 * Starts one. It is one of Node's kind, not a web worker: of those the runtime never ends one that is in a loop, whose
 * listeners then go on being given clients. See {@linkcode beEndable}.
 */
export function spawnThread(thread: number, listener: SpawnListener): SpawnedThread {
  const { port1: port, port2 } = new MessageChannel();
  let isGone = false, isEnded = false;
  const gone = () => {
    if (isGone) return;
    isGone = true;
    port.close();
    listener.gone();
  };
  // The other end is closed when all that the thread had is; an older runtime tells nothing.
  port.on("close", gone);
  const worker = new Worker(new URL("./session_worker.ts", import.meta.url), {
    ...{ name: `sessions ${thread}`, workerData: port2, transferList: [port2], env: SHARE_ENV },
  });
  worker.on("error", (error: Error) => listener.failed(error.message));
  // Of one that we end it is told at once, whatever that one does.
  worker.on("exit", () => isEnded || gone());
  port.start();
  return {
    port,
    end(isSilent) {
      isEnded = true;
      void worker.terminate();
      // An older runtime ends only who comes back to it.
      if (locks() === undefined && !isSilent) gone();
    },
  };
}

/**
 * In a thread: from now on the runtime ends it also in a loop, until what this gives is called. It interrupts only those who
 * hold a lock (denoland/deno#35657), and in the middle of its own work that may be the program's end: whoever stops in order
 * lets go of it first.
 */
export function beEndable(): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  void locks()?.request(crypto.randomUUID(), () => promise);
  return resolve;
}

/** Of the Web Locks API, what is needed. */
interface Locks {
  request(name: string, held: () => Promise<void>): Promise<void>;
}

/** Deno 2.9 has them, and tells when a thread is gone; 2.7 has neither, nor types for them. */
function locks(): Locks | undefined {
  return Reflect.get(navigator, "locks");
}
