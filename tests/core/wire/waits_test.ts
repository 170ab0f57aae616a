import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { DeadlineExceeded, Stopping } from "../../../core/wire/errors.ts";
import { Waits } from "../../../core/wire/waits.ts";

/** How a wait is to end, or has ended. */
type End = "event" | "error" | "deadline" | "stop" | "none";

type Step =
  | { readonly do: "wait"; readonly milliseconds: number; readonly isWakeable: boolean }
  | { readonly do: "settle"; readonly which: number; readonly fails: boolean }
  | { readonly do: "pass"; readonly milliseconds: number }
  | { readonly do: "stop" };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant("wait" as const), milliseconds: fc.nat(50), isWakeable: fc.boolean() }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("settle" as const), which: fc.nat(30), fails: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("pass" as const), milliseconds: fc.nat(30) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("stop" as const) }) },
);

class TestClock {
  time = 0;
  ticks = new Set<() => void>();

  now(): number {
    return this.time;
  }

  every(_milliseconds: number, tick: () => void): () => void {
    this.ticks.add(tick);
    return () => this.ticks.delete(tick);
  }

  pass(milliseconds: number): void {
    this.time += milliseconds;
    for (const tick of [...this.ticks]) tick();
  }
}

interface Waiting {
  readonly event: PromiseWithResolvers<void>;
  readonly dueAt: number;
  readonly isWakeable: boolean;
  expected: End;
  seen: End;
}

function endOf(error: unknown): End {
  return error instanceof DeadlineExceeded ? "deadline" : error instanceof Stopping ? "stop" : "error";
}

Deno.test("wire: each of many waits ends with its event, at its deadline or with the server's stop, whichever is first", async () => {
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
    const clock = new TestClock(), stop = new AbortController();
    using waits = new Waits(stop.signal, clock);
    const all: Waiting[] = [];
    const expect = (end: End, isMeant: (waiting: Waiting) => boolean) => {
      for (const waiting of all) if (waiting.expected === "none" && isMeant(waiting)) waiting.expected = end;
    };
    for (const step of steps) {
      switch (step.do) {
        case "wait": {
          const event = Promise.withResolvers<void>(), dueAt = clock.time + step.milliseconds, { isWakeable } = step;
          const expected = stop.signal.aborted && isWakeable ? "stop" : "none";
          const waiting: Waiting = { event, dueAt, isWakeable, expected, seen: "none" };
          all.push(waiting);
          waits.until(event.promise, dueAt, isWakeable).then(
            () => waiting.seen = "event",
            (error) => waiting.seen = endOf(error),
          );
          break;
        }
        case "settle": {
          const waiting = all[step.which];
          if (waiting === undefined) break;
          expect(step.fails ? "error" : "event", (other) => other === waiting);
          // What comes after the end of a wait is nobody's.
          waiting.event.promise.catch(() => {});
          if (step.fails) waiting.event.reject(new Error("broken"));
          else waiting.event.resolve();
          break;
        }
        case "pass":
          clock.pass(step.milliseconds);
          expect("deadline", ({ dueAt }) => dueAt <= clock.time);
          break;
        case "stop":
          stop.abort();
          expect("stop", ({ isWakeable }) => isWakeable);
      }
      // All that follows from the step.
      for (let turn = 0; turn < 5; turn++) await Promise.resolve();
      assertEquals(all.map(({ seen }) => seen), all.map(({ expected }) => expected));
    }
    for (const { event } of all) event.resolve();
  }));
});
