/** The time that a guest has for an answer, and what becomes of who asks when it is over. */
import { assertEquals, assertRejects } from "@std/assert";
import { Refusal } from "../../../../core/contract/refusal.ts";
import { silentLog } from "../../../../core/observe/log.ts";
import type { OpenChannel } from "../../../../core/plugins/sandbox/channel.ts";
import { Sandbox } from "../../../../core/plugins/sandbox/host.ts";
import { PendingCall } from "../../../../core/plugins/sandbox/pending_call.ts";

/** A call that may take a minute, how often it was said to be late, and what moves the time on. No timer has its turn here. */
function called() {
  let now = 0, late = 0;
  const call = new PendingCall(60_000, {}, () => {
    late++;
    call.reject(new Error("late"));
  }, () => now);
  call.answer.catch(() => {});
  return { call, late: () => late, pass: (seconds: number) => void (now += seconds * 1000) };
}

Deno.test("sandbox: time that the server takes to answer is not the guest's, however many questions are open", () => {
  const { call, late, pass } = called();
  pass(59);
  call.pause();
  pass(3600);
  call.pause();
  call.resume();
  pass(3600);
  call.resume();
  call.pause();
  assertEquals(late(), 0);
  call.resolve(null);
});

Deno.test("sandbox: a guest's time ends while it asks and asks, so fast that no timer has its turn", () => {
  const { call, late, pass } = called();
  for (let asked = 0; asked < 70; asked++) {
    pass(1);
    call.pause();
    call.resume();
    assertEquals(late(), asked < 59 ? 0 : 1);
  }
});

/** Guests that answer at once, ask the server first when they are told to "ask", and never answer "hang"; and their time. */
function sandboxOfGuests() {
  let now = 0, guests = 0;
  const open: OpenChannel = ({ received }) => {
    guests++;
    let call = 0;
    return {
      send: (message) =>
        queueMicrotask(() => {
          if (message.do === "call") call = message.id;
          if (message.do === "call" && message.name === "ask") {
            received({ say: "ask", ask: 1, call, name: "slow", args: [] });
          } else if (message.do === "answer" || message.do === "call" && message.name !== "hang") {
            received({ say: "done", id: call, value: {} });
          }
        }),
      close: () => Promise.resolve(true),
    };
  };
  const source = { from: "built-in", kind: "filter", name: "x" } as const;
  const sandbox = new Sandbox({
    open,
    start: { kind: "filter", use: "x", source, options: undefined },
    ...{ deadline: 5, restarts: 5, log: silentLog, clock: () => now },
  });
  return { sandbox, guests: () => guests, pass: (milliseconds: number) => void (now += milliseconds) };
}

Deno.test("sandbox: a guest that waits for the server longer than it may take itself is not ended", async () => {
  const { sandbox, guests, pass } = sandboxOfGuests();
  await sandbox.start();
  const slow = async () => {
    // Its own timer would be the first to go off.
    await new Promise((resolve) => setTimeout(resolve, 20));
    pass(20);
    return {};
  };
  await sandbox.call("ask", [], { slow });
  assertEquals(guests(), 1);
  await sandbox.stop();
});

Deno.test("sandbox: who asks soon after a guest was ended is refused at once, and later there is another", async () => {
  const { sandbox, guests, pass } = sandboxOfGuests();
  await sandbox.start();
  await assertRejects(() => sandbox.call("hang", []), Refusal);
  for (const milliseconds of [0, 249]) {
    pass(milliseconds);
    await assertRejects(() => sandbox.call("hello", []), Refusal);
  }
  assertEquals(guests(), 1);
  pass(1);
  await sandbox.call("hello", []);
  assertEquals(guests(), 2);
  await sandbox.stop();
});
