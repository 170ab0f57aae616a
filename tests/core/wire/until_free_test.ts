import { assertEquals, assertRejects } from "@std/assert";
import { untilFree } from "../../../core/wire/until_free.ts";

/** A look that finds something the time that is given, and how often it was asked. */
function look(findsAt: number) {
  let times = 0;
  return { now: () => ++times < findsAt ? undefined : "free", times: () => times };
}

Deno.test("until free: looks are made until one finds something", async () => {
  const third = look(3);
  assertEquals([await untilFree(third.now, 10_000), third.times()], ["free", 3]);
});

Deno.test("until free: there is one look at least, and none when the time is over", async () => {
  const [first, never] = [look(1), look(Infinity)];
  assertEquals([await untilFree(first.now, 0), first.times()], ["free", 1]);
  assertEquals([await untilFree(never.now, 0), never.times()], [undefined, 1]);
  assertEquals([await untilFree(never.now, 40), never.times()], [undefined, 1 + 3]);
});

Deno.test("until free: what a look throws ends it", async () => {
  const fails = () => {
    throw new Error("no locks here");
  };
  await assertRejects(() => untilFree(fails, 10_000), Error, "no locks here");
});
