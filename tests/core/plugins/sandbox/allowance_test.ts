/** How often a guest may say something. */
import { assertEquals } from "@std/assert";
import { Allowance } from "../../../../core/plugins/sandbox/allowance.ts";

/** How often something may be done now, one after the other. */
function taken(allowance: Allowance): number {
  let times = 0;
  while (allowance.take()) times++;
  return times;
}

/** The next turn of timers. */
const turn = () => new Promise((resolve) => setTimeout(resolve));

Deno.test("sandbox: so much at once, and so much more with each second, but never more than at once", async () => {
  let now = 0;
  using allowance = new Allowance(10, 2, () => now);
  assertEquals(taken(allowance), 10);
  for (const [seconds, times] of [[0, 0], [0.4, 0], [0.2, 1], [3, 6], [3600, 10]] as const) {
    now += seconds * 1000;
    await turn();
    assertEquals(taken(allowance), times, `after ${seconds} s`);
  }
});

Deno.test("sandbox: for time in which a guest leaves nobody else a turn it may say no more", async () => {
  let now = 0;
  using allowance = new Allowance(10, 2, () => now);
  let times = 0;
  for (; allowance.take() && times < 1000; times++) now += 1000;
  assertEquals(times, 10);
  await turn();
  assertEquals(taken(allowance), 10);
});
