import { assertEquals, assertRejects } from "@std/assert";
import { getEventListeners } from "node:events";
import { beforeDeadline, endsWithin, inTime, unlessAborted } from "../../../core/wire/in_time.ts";

const never = new Promise<never>(() => {});

Deno.test("in time: what comes in time is given, what fails is thrown, and what is late is said", async () => {
  assertEquals(await inTime(Promise.resolve(1), 10_000, "it has not come"), 1);
  assertEquals(await inTime(2, 10_000, "it has not come"), 2);
  await assertRejects(() => inTime(Promise.reject(new Error("broken")), 10_000, "it has not come"), Error, "broken");
  assertEquals([await endsWithin(Promise.resolve(), 10_000), await endsWithin(never, 1)], [true, false]);
  await assertRejects(() => endsWithin(Promise.reject(new Error("broken")), 10_000), Error, "broken");
  await assertRejects(() => inTime(never, 1, "it has not come"), Error, "it has not come within 1 ms");
});

Deno.test("in time: a signal ends the wait, also one that has aborted, and nothing listens to it afterwards", async () => {
  const { signal } = new AbortController();
  assertEquals(await unlessAborted(signal, Promise.resolve(1)), 1);
  await beforeDeadline(Promise.resolve(), signal);
  await beforeDeadline(undefined, signal);
  assertEquals(getEventListeners(signal, "abort"), []);
  await assertRejects(() => unlessAborted(AbortSignal.abort(), never), Error, "the time for it is over");
  await beforeDeadline(never, AbortSignal.abort());
  const controller = new AbortController();
  const waits = [unlessAborted(controller.signal, never), beforeDeadline(never, controller.signal)];
  controller.abort();
  assertEquals((await Promise.allSettled(waits)).map(({ status }) => status), ["rejected", "fulfilled"]);
});
