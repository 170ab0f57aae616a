/** A guest in a thread of this process (a Worker), with permissions of its own. */
import type { OpenChannel } from "./channel.ts";
import type { HostMessage } from "./messages.ts";

/** Milliseconds in which a thread that does not loop says something. */
const LAST_WORD = 3000;

/**
 * Starts guests with these permissions. The thread's program is read with the server's own permissions; what it imports
 * later is not. It must never import a plugin statically, for what that imports would be read with the server's as well.
 */
export function workerChannel(name: string, permissions: Deno.PermissionOptionsObject): OpenChannel {
  return (listener) => {
    const worker = new Worker(new URL("./guest.ts", import.meta.url), { type: "module", name, deno: { permissions } });
    let isOver = false, isDead = false;
    worker.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
      if (!isOver) listener.received(data);
    });
    const died = (reason: string) => {
      if (!isOver) listener.died(reason);
    };
    worker.addEventListener("messageerror", () => died("a message of it could not be read"));
    worker.addEventListener("error", (event) => {
      // Otherwise the error would be the server's own.
      event.preventDefault();
      isDead = true;
      died(event.message);
    });
    return {
      send: (message) => {
        if (!isOver) worker.postMessage(message);
      },
      close: async () => {
        isOver = true;
        // The runtime does not always end a thread that loops (denoland/deno#35657), and does not tell.
        const hasEnded = isDead || await answers(worker);
        worker.terminate();
        return hasEnded;
      },
    };
  };
}

/** Whether a thread can say something still. One that floods us says it at once, and is ended with its first word. */
async function answers(worker: Worker): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  for (const type of ["message", "messageerror", "error"]) worker.addEventListener(type, () => resolve(true));
  const timer = setTimeout(() => resolve(false), LAST_WORD);
  const question: HostMessage = { do: "end" };
  worker.postMessage(question);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}
