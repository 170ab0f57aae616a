/** Every test is bounded, in whichever form it is given to the runner. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { withDeadline } from "../support/with_deadline.ts";

/** What the runner would call. */
function bounded(argument: unknown, milliseconds: number): (context: unknown) => Promise<unknown> {
  const taken = withDeadline(argument, milliseconds);
  const run = typeof taken === "object" && taken !== null && "fn" in taken ? taken.fn : taken;
  assert(typeof run === "function");
  return async (context) => await run(context);
}

const forms: readonly (readonly [form: string, of: (test: CallableFunction) => unknown])[] = [
  ["a function", (test) => test],
  ["an object", (test) => ({ name: "a test", fn: test })],
];

for (const [form, of] of forms) {
  Deno.test(`house: a test that does not end fails, and says after how long: ${form}`, async () => {
    const never = Promise.withResolvers<void>();
    const test = bounded(of(() => never.promise), 20);
    await assertRejects(() => test(undefined), Error, "the test has not ended within 20 ms");
  });

  Deno.test(`house: a test that ends is called as it is, and fails with its own error: ${form}`, async () => {
    const called: unknown[] = [];
    await bounded(of((context: unknown) => void called.push(context)), 60_000)("context");
    assertEquals(called, ["context"]);
    const fails = bounded(of(() => Promise.reject(new Error("its own"))), 60_000);
    await assertRejects(() => fails(undefined), Error, "its own");
  });
}

Deno.test("house: a name and options of a test stay what they are", () => {
  const options = { permissions: "none" };
  assertEquals(["a name", options].map((argument) => withDeadline(argument, 1)), ["a name", options]);
});
