/** Every test is bounded: what does not end fails. */
import { assertEquals, assertRejects } from "@std/assert";
import { withDeadline } from "../support/with_deadline.ts";

Deno.test("house: a test that does not end fails, and says after how long", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  await assertRejects(withDeadline(() => promise, 20), Error, "it has not ended within 0.02 s");
  resolve();
});

Deno.test("house: a test that ends is called as it is, and fails with its own error", async () => {
  const called: unknown[] = [];
  await withDeadline((...given: unknown[]) => called.push(...given), 60_000)("context");
  assertEquals(called, ["context"]);
  await assertRejects(withDeadline(() => Promise.reject(new Error("its own")), 60_000), Error, "its own");
});
