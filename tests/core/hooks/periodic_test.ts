/** Periodic work of extensions. */
import { assertEquals, assertThrows } from "@std/assert";
import { Periodic, periodicWorkOf } from "../../../core/hooks/periodic.ts";
import { recordedLog } from "../../support/recorded_log.ts";

/** A clock: whoever sleeps is woken by hand. */
function handClock() {
  const sleeping: (() => void)[] = [], asked: number[] = [];
  let arrived = Promise.withResolvers<void>();
  return {
    asked,
    sleep: (milliseconds: number, signal: AbortSignal) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      asked.push(milliseconds);
      signal.addEventListener("abort", () => resolve(), { once: true });
      sleeping.push(resolve);
      arrived.resolve();
      return promise;
    },
    /** Waits until somebody sleeps, and wakes it. */
    async wake() {
      while (sleeping.length === 0) {
        await arrived.promise;
        arrived = Promise.withResolvers();
      }
      sleeping.shift()?.();
    },
  };
}

Deno.test("periodic: waits its time first, and again after each run; no run begins before the last has ended", async () => {
  using recorded = recordedLog();
  const clock = handClock();
  const events: string[] = [];
  const gate = Promise.withResolvers<void>();
  const run = async () => {
    events.push("begin");
    if (events.length === 1) await gate.promise;
    events.push("end");
  };
  using periodic = new Periodic([{ name: "x", every: 5000, run }], recorded.log, clock.sleep);
  assertEquals([events, clock.asked], [[], [5000]]);
  await clock.wake();
  await Promise.resolve();
  assertEquals([events, clock.asked], [["begin"], [5000]], "nobody sleeps while it runs");
  gate.resolve();
  await clock.wake();
  await clock.wake();
  assertEquals(events.slice(0, 4), ["begin", "end", "begin", "end"]);
  periodic[Symbol.dispose]();
  await periodic.ended();
});

Deno.test("periodic: a run that fails is logged, and the next one comes", async () => {
  using recorded = recordedLog();
  const clock = handClock();
  let runs = 0;
  const run = () => {
    runs++;
    if (runs === 1) throw new Error("at once");
    return Promise.reject(new Error("later"));
  };
  using periodic = new Periodic([{ name: "tidy", every: 5000, run }], recorded.log, clock.sleep);
  for (let times = 0; times < 3; times++) await clock.wake();
  periodic[Symbol.dispose]();
  await periodic.ended();
  assertEquals(runs >= 2, true);
  const [first, second] = recorded.events;
  assertEquals([first?.message, first?.work, second?.work], ["periodic work failed", "tidy", "tidy"]);
});

Deno.test("periodic: when it ends, what runs is told so, and what it throws then is no failure", async () => {
  using recorded = recordedLog();
  const clock = handClock();
  const begun = Promise.withResolvers<void>();
  const run = (signal: AbortSignal) => {
    begun.resolve();
    const { promise, reject } = Promise.withResolvers<void>();
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    return promise;
  };
  using periodic = new Periodic([{ name: "x", every: 5000, run }], recorded.log, clock.sleep);
  await clock.wake();
  await begun.promise;
  periodic[Symbol.dispose]();
  await periodic.ended();
  assertEquals([recorded.events, clock.asked.length], [[], 1]);
});

Deno.test("periodic: what would be a loop, or never, is refused at setup", () => {
  for (const every of [0, -1, NaN, Infinity, 999, 2 ** 31]) {
    const periodic = [{ name: "x", every, run: () => Promise.resolve() }];
    assertThrows(() => periodicWorkOf([{ name: "ext", extension: { periodic } }]), RangeError, "ext: x");
  }
});
