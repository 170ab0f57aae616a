/** A test that is waited for, but not without end. */
import { inTime } from "../../core/wire/in_time.ts";

/** Of what `Deno.test` takes: a function, or an object that has one, ends in time or fails; all else stays as it is. */
export function withDeadline(argument: unknown, milliseconds: number): unknown {
  if (typeof argument === "function") {
    return (...given: unknown[]) => inTime(argument(...given), milliseconds, "the test has not ended");
  }
  if (typeof argument !== "object" || argument === null || !("fn" in argument)) return argument;
  return { ...argument, fn: withDeadline(argument.fn, milliseconds) };
}
