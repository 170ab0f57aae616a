/** Threads that cannot be seen to end are counted, and are not many. */
import { assertEquals, assertRejects } from "@std/assert";
import { Refusal } from "../../../../core/contract/refusal.ts";
import type { ChannelListener, OpenChannel } from "../../../../core/plugins/sandbox/channel.ts";
import { Sandbox } from "../../../../core/plugins/sandbox/host.ts";
import type { HostMessage } from "../../../../core/plugins/sandbox/messages.ts";
import { workerChannel } from "../../../../core/plugins/sandbox/worker_channel.ts";
import { recordedLog } from "../../../support/recorded_log.ts";

/** Guests that answer all but "loop", and of which it is known whether they end. */
function guests(hasEnded: () => boolean): { readonly open: OpenChannel; readonly count: () => number } {
  let count = 0;
  const open: OpenChannel = (listener) => {
    count++;
    const answer = (message: HostMessage) => {
      if (message.do === "call" && message.name !== "loop") {
        listener.received({ say: "done", id: message.id, value: {} });
      }
    };
    return { send: (message) => queueMicrotask(() => answer(message)), close: () => Promise.resolve(hasEnded()) };
  };
  return { open, count: () => count };
}

/** A sandbox whose time passes when it is told to. */
function sandboxOver(open: OpenChannel) {
  const recorded = recordedLog();
  let now = 0;
  const source = { from: "built-in", kind: "filter", name: "x" } as const;
  const sandbox = new Sandbox({
    open,
    start: { kind: "filter", use: "x", source, options: undefined },
    ...{ deadline: 5, restarts: 1000, log: recorded.log, clock: () => now },
  });
  return { sandbox, recorded, hours: (count: number) => void (now += count * 3_600_000) };
}

const errors = (events: readonly { readonly level?: unknown; readonly message?: unknown; readonly left?: unknown }[]) =>
  events.flatMap(({ message, left }) => left === undefined ? [] : [`${left} ${String(message).split(":")[0]}`]);

Deno.test("sandbox: threads that may go on are counted and told, and after four no other guest is started", async () => {
  const { open, count } = guests(() => false);
  const { sandbox, recorded, hours } = sandboxOver(open);
  using _log = recorded;
  await sandbox.start();
  for (let left = 1; left <= 4; left++) {
    await assertRejects(() => sandbox.call("loop", []), Refusal);
    hours(2);
    if (left < 4) await sandbox.call("hello", []);
  }
  assertEquals(count(), 4);
  await assertRejects(() => sandbox.call("hello", []), Refusal);
  assertEquals(count(), 4);
  const thread = "a thread of the sandboxed plugin does not hear that it was ended";
  assertEquals(errors(recorded.events), [
    ...[1, 2, 3, 4].map((left) => `${left} ${thread}`),
    "4 the sandboxed plugin is left alone until the server is started again",
  ]);
  await sandbox.stop();
});

Deno.test("sandbox: guests that end are not counted, however many", async () => {
  const { open, count } = guests(() => true);
  const { sandbox, recorded, hours } = sandboxOver(open);
  using _log = recorded;
  await sandbox.start();
  for (let ended = 1; ended <= 6; ended++) {
    await assertRejects(() => sandbox.call("loop", []), Refusal);
    hours(2);
    await sandbox.call("hello", []);
  }
  assertEquals([count(), errors(recorded.events)], [7, []]);
  await sandbox.stop();
});

Deno.test("sandbox: a thread that waits is seen to end, and nothing is heard of it afterwards", async () => {
  const heard: unknown[] = [], isThere = Promise.withResolvers<void>();
  const listener: ChannelListener = {
    received(message) {
      heard.push(message);
      isThere.resolve();
    },
    died() {},
  };
  const channel = workerChannel("test", { read: true })(listener);
  // It has to be read first, which takes long on a slow machine.
  channel.send({ do: "call", id: 1, name: "hello", args: [] });
  await isThere.promise;
  assertEquals(await channel.close(), true);
  assertEquals(heard.length, 1);
});
