import { assertEquals, assertRejects } from "@std/assert";
import { CallFailed, Calls, NoAnswer } from "../../../../core/server/threads/calls.ts";
import { Waits } from "../../../../core/wire/waits.ts";
import { TestClock } from "../../../support/test_clock.ts";

interface Requests {
  readonly double: { readonly number: number };
  readonly fail: { readonly why: string };
  readonly note: { readonly text: string };
  readonly wait: Record<never, never>;
}
interface Answers extends Record<keyof Requests, unknown> {
  readonly double: number;
}

/** Two ends; the second answers. */
function ends() {
  const { port1, port2 } = new MessageChannel();
  const notes: string[] = [];
  const handlers = {
    double: ({ number }: Requests["double"]) => Promise.resolve(2 * number),
    fail: ({ why }: Requests["fail"]) => {
      throw new Error(why);
    },
    note: ({ text }: Requests["note"]) => void notes.push(text),
    wait: () => new Promise(() => {}),
  };
  const clock = new TestClock(), waits = new Waits(undefined, clock);
  const asking = new Calls<Requests, Answers>(port1, {}, () => [], waits);
  new Calls(port2, handlers, (error) => [`problem: ${error}`], waits);
  for (const port of [port1, port2]) port.start();
  return {
    asking,
    notes,
    clock,
    [Symbol.dispose]() {
      port1.close();
      port2.close();
    },
  };
}

Deno.test("calls: each request has its answer, whatever came between", async () => {
  using open = ends();
  const answers = await Promise.all([1, 2, 3].map((number) => open.asking.ask("double", { number })));
  assertEquals(answers, [2, 4, 6]);
});

Deno.test("calls: what fails over there is told here, in lines", async () => {
  using open = ends();
  const error = await assertRejects(() => open.asking.ask("fail", { why: "no disk" }), CallFailed);
  assertEquals(error.problems, ["problem: Error: no disk"]);
});

Deno.test("calls: what needs no answer comes in its order, before what is asked after it", async () => {
  using open = ends();
  open.asking.tell("note", { text: "one" });
  open.asking.tell("note", { text: "two" });
  await open.asking.ask("double", { number: 1 });
  assertEquals(open.notes, ["one", "two"]);
});

Deno.test("calls: when the other end is lost, whoever waits is told, and whoever asks later", async () => {
  using open = ends();
  const waiting = open.asking.ask("wait", {});
  open.asking.end();
  await assertRejects(() => waiting, CallFailed, "the thread has ended");
  await assertRejects(() => open.asking.ask("double", { number: 1 }), CallFailed);
});

Deno.test("calls: no answer is waited for without end; what comes too late disturbs nobody", async () => {
  using open = ends();
  const waiting = open.asking.ask("wait", {});
  open.clock.advance(119_000);
  assertEquals(await open.asking.ask("double", { number: 1 }), 2);
  open.clock.advance(2_000);
  await assertRejects(() => waiting, NoAnswer, 'no answer to "wait" within 120 s');
  assertEquals(await open.asking.ask("double", { number: 2 }), 4);
});
