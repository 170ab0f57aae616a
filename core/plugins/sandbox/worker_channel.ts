/** A guest in a thread of this process (a Worker), with permissions of its own. */
import type { OpenChannel } from "./channel.ts";

/**
 * Starts guests with these permissions. The thread's program is read with the server's own permissions; what it imports
 * later is not. It must never import a plugin statically, for what that imports would be read with the server's as well.
 */
export function workerChannel(name: string, permissions: Deno.PermissionOptionsObject): OpenChannel {
  return (listener) => {
    const worker = new Worker(new URL("./guest.ts", import.meta.url), { type: "module", name, deno: { permissions } });
    let isOver = false;
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
      died(event.message);
    });
    return {
      send: (message) => {
        if (!isOver) worker.postMessage(message);
      },
      close: () => {
        isOver = true;
        worker.terminate();
      },
    };
  };
}
