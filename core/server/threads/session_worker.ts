/** A further session thread: what `spawn_thread.ts` starts. */
import type { Port } from "./calls.ts";
import { serveFirst } from "./session_thread.ts";

declare const self: Port;

serveFirst(self);
