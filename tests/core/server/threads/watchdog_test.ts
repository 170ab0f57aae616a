import { assertEquals } from "@std/assert";
import { Watchdog } from "../../../../core/server/threads/watchdog.ts";
import { TestClock } from "../../../support/test_clock.ts";

/** A thread that answers when the test says so. */
function asked() {
  const clock = new TestClock(), questions: PromiseWithResolvers<void>[] = [];
  let silences = 0;
  const ask = () => {
    const question = Promise.withResolvers<void>();
    questions.push(question);
    return question.promise;
  };
  const watchdog = new Watchdog(ask, () => silences++, clock);
  const looks = (count: number) => {
    for (let look = 0; look < count; look++) clock.advance(10_000);
  };
  return { watchdog, questions, clock, looks, silences: () => silences };
}

Deno.test("watchdog: a thread that answers is asked again at the next look, one at work only when it has answered", async () => {
  const { watchdog, questions, looks, silences } = asked();
  looks(1);
  assertEquals(questions.length, 1);
  looks(5);
  assertEquals(questions.length, 1);
  // Late, but in time.
  questions[0]?.resolve();
  await questions[0]?.promise;
  looks(6);
  assertEquals([questions.length, silences()], [2, 0]);
  watchdog[Symbol.dispose]();
});

Deno.test("watchdog: no answer for six looks is told once; an error is none either", async () => {
  const { questions, looks, silences } = asked();
  looks(1);
  questions[0]?.reject(new Error("no answer"));
  await questions[0]?.promise.catch(() => {});
  looks(5);
  assertEquals(silences(), 0);
  looks(10);
  assertEquals([questions.length, silences()], [1, 1]);
});

Deno.test("watchdog: looks count and not time: whoever looks late, or on a machine that slept, has looked once", () => {
  const { questions, clock, silences, watchdog } = asked();
  clock.advance(10_000);
  clock.advance(3_600_000);
  assertEquals([questions.length, silences()], [1, 0]);
  watchdog[Symbol.dispose]();
  clock.advance(3_600_000);
  assertEquals(silences(), 0);
});
