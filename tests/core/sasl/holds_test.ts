import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { commonOver, Holds, inOneThread, secretFor } from "../../../core/sasl/holds.ts";

const start = Date.UTC(2026, 10, 25);

function clock() {
  let time = start;
  return { now: () => new Date(time), pass: (milliseconds: number) => void (time += milliseconds) };
}

Deno.test("holds: a name is one session's at a time, until that lets it go", async () => {
  const { hold } = commonOver(new Holds(clock().now), new Uint8Array(32));
  const first = await hold("a", Infinity);
  assert(first);
  assertEquals(await hold("a", Infinity), undefined);
  assert(await hold("b", Infinity));
  await first[Symbol.asyncDispose]();
  const second = await hold("a", Infinity);
  assert(second);
  // A second disposal must not let go of another's.
  await first[Symbol.asyncDispose]();
  assertEquals(await hold("a", Infinity), undefined);
  assertEquals([await first.isHeld(), await second.isHeld()], [false, true]);
});

Deno.test("holds: after its time a name is free, and whoever had it is told that it is another's", async () => {
  const { now, pass } = clock();
  const { hold } = commonOver(new Holds(now), new Uint8Array(32));
  const first = await hold("a", 1000);
  pass(999);
  assertEquals(await hold("a", 1000), undefined);
  assertEquals(await first?.isHeld(), true);
  pass(1);
  assertEquals(await first?.isHeld(), true);
  assert(await hold("a", 1000));
  assertEquals(await first?.isHeld(), false);
  // A clock that is set back holds nothing for ever.
  pass(-5000);
  assert(await hold("a", 1000));
});

Deno.test("holds: what is free by its time is forgotten, whatever else is held for long", () => {
  const { now, pass } = clock();
  const holds = new Holds(now);
  const long = Array.from({ length: 10 }, (_, n) => [`long ${n}`, holds.take(`long ${n}`, Infinity) ?? 0] as const);
  const short = Array.from({ length: 100 }, (_, n) => [`short ${n}`, holds.take(`short ${n}`, 10) ?? 0] as const);
  pass(10);
  for (let n = 0; n < 100; n++) holds.take(`other ${n}`, Infinity);
  assertEquals(short.filter(([name, token]) => holds.isHeld(name, token)), []);
  assertEquals(long.filter(([name, token]) => !holds.isHeld(name, token)), []);
});

Deno.test("holds: secrets of two purposes tell nothing of each other; each run has others", () => {
  const one = inOneThread(clock()), other = inOneThread(clock());
  assertEquals(secretFor("a", one), secretFor("a", one));
  assertNotEquals(secretFor("a", one), secretFor("b", one));
  assertNotEquals(secretFor("a", one), secretFor("a", other));
  assertEquals(inOneThread({ common: one, now: clock().now }), one);
});
