/** The program of a guest's thread. It begins with nothing of the plugin: that comes when the server says so. */
import { describe, GuestServer } from "./guest_server.ts";
import { prepareSurroundings } from "./guest_surroundings.ts";
import type { GuestMessage, HostMessage } from "./messages.ts";

/** What a dedicated worker sees of itself. */
interface WorkerScope {
  postMessage(message: GuestMessage): void;
  addEventListener(type: "message", listener: (event: MessageEvent<HostMessage>) => void): void;
}

declare const self: WorkerScope;

// The plugin may put something else in its place: then it talks to itself.
const post = self.postMessage.bind(self);
const server = new GuestServer((message) => post(message));
prepareSurroundings({
  line: (text) => server.line("info", text),
  denied: (what) => post({ say: "denied", what }),
  uncaught: (error) => post({ say: "uncaught", error: describe(error) }),
});
self.addEventListener("message", ({ data }) => server.receive(data));
