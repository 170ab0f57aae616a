/**
 * The process of a guest: starts the thread that runs the plugin, carries messages between it and the server, and ends
 * everything when it takes more memory than it may. The plugin has no way into this thread.
 */
import type { HostMessage } from "./messages.ts";
import { printFrame, readFrames } from "./frames.ts";
import { workerChannel } from "./worker_channel.ts";

/** What the server says before the first message. */
export interface FirstFrame {
  /** Of the thread. */
  readonly permissions: Deno.PermissionOptionsObject;
  /** Octets of memory that this process may take. */
  readonly memory: number;
  /** Variables of the server's environment that the thread may read, with their values. */
  readonly env: Readonly<Record<string, string>>;
}

/** Milliseconds between two looks at the memory: a fast plugin takes some 100 MB in that time. */
const WATCH = 20;

/** Signals that a terminal or systemd means for the server. */
const forServer = ["SIGHUP", "SIGINT", "SIGTERM"] as const;

/** Serves until the server closes its end, or the guest must be ended. Never returns. */
export async function runGuestProcess(): Promise<never> {
  // The shell has them ignored, and the runtime ends itself with them all the same, some time after it has begun.
  if (Deno.build.os !== "windows") { for (const signal of forServer) Deno.addSignalListener(signal, () => {}); }
  const frames = readFrames(Deno.stdin.readable);
  const first = await frames.next();
  if (first.done) Deno.exit(0);
  // Written by the server, which this process trusts.
  const { permissions, memory, env } = first.value as FirstFrame;
  for (const [name, value] of Object.entries(env)) Deno.env.set(name, value);
  let looked = 0;
  const look = () => {
    const now = performance.now();
    if (now - looked < WATCH) return;
    looked = now;
    if (Deno.memoryUsage().rss > memory) end(`it took more memory than ${memory} octets`);
  };
  setInterval(look, WATCH);
  const channel = workerChannel("guest", permissions)({
    received: (message) => {
      // Timers wait while messages come without end.
      look();
      writeAll(printFrame(message));
    },
    died: end,
  });
  for await (const message of frames) channel.send(message as HostMessage);
  Deno.exit(0);
}

function writeAll(octets: Uint8Array): void {
  for (let at = 0; at < octets.length;) at += Deno.stdout.writeSync(octets.subarray(at));
}

function end(reason: string): never {
  Deno.stderr.writeSync(new TextEncoder().encode(reason));
  Deno.exit(3);
}

if (import.meta.main) await runGuestProcess();
