/**
 * Loaded before the tests (`deno test --preload`): one that does not end fails by its name, and those after it are still
 * run. Otherwise it would be waited for without end, and nothing said of any of them.
 */
import { withDeadline } from "./with_deadline.ts";

/** Milliseconds: the longest takes a minute, on a machine that is busy with other things five. */
const DEADLINE = 600_000;

Reflect.set(
  Deno,
  "test",
  new Proxy(Deno.test, {
    apply: (test, self, given: unknown[]) =>
      Reflect.apply(test, self, given.map((argument) => withDeadline(argument, DEADLINE))),
  }),
);
