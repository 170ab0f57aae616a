import { assertEquals } from "@std/assert";
import { EndingSignals } from "../../../core/commands/ending_signals.ts";

Deno.test("serve: a signal that comes twice within a moment is one, and a later one is another", () => {
  let now = 1000;
  const signals = new EndingSignals(() => now);
  assertEquals([signals.isAnother(), signals.isAnother()], [false, false]);
  now += 499;
  assertEquals(signals.isAnother(), false);
  now += 1;
  assertEquals([signals.isAnother(), signals.isAnother()], [true, true]);
});
