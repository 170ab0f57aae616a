/**
 * Loaded before the tests (`deno test --preload`): one that does not end fails by its name, and those after it are still
 * run. Otherwise it would be waited for without end, and nothing said of any of them.
 */
import { withDeadline } from "./with_deadline.ts";

/** Minutes: the longest takes one, on a machine that is busy with other things five times that. */
const MINUTES = 10;

/** A test as the runner takes it: its function, or an object that has it; other arguments stay as they are. */
function bounded(argument: unknown): unknown {
  if (typeof argument === "function") return withDeadline(argument, MINUTES * 60_000);
  if (typeof argument !== "object" || argument === null || !("fn" in argument)) return argument;
  return { ...argument, fn: bounded(argument.fn) };
}

Reflect.set(
  Deno,
  "test",
  new Proxy(Deno.test, { apply: (test, self, given: unknown[]) => Reflect.apply(test, self, given.map(bounded)) }),
);
