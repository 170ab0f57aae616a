import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { printThreads } from "../../../../../plugins/protocols/imap/printing/threads.ts";
import type { Thread } from "../../../../../plugins/protocols/imap/threading/thread.ts";
import { readValue, sent, type Value } from "../read_values.ts";
import { atOnce } from "../at_once.ts";

function printed(threads: readonly Thread[]): string {
  return atOnce(printThreads(threads));
}

function thread(number: number | undefined, ...children: readonly Thread[]): Thread {
  return { number, children };
}

Deno.test("RFC 5256 §4, THREAD response: the examples", () => {
  assertEquals(printed([]), "");
  assertEquals(
    printed([
      thread(2),
      thread(3, thread(6, thread(4, thread(23)), thread(44, thread(7, thread(96))))),
    ]),
    "(2)(3 6 (4 23)(44 7 96))",
  );
  assertEquals(printed([thread(undefined, thread(3), thread(5))]), "((3)(5))");
});

Deno.test("threads: a thread of 100,000 messages, each the answer to the one before", () => {
  let chain = thread(100_000);
  for (let number = 99_999; number > 0; number--) chain = thread(number, chain);
  const numbers = Array.from({ length: 100_000 }, (_, index) => index + 1).join(" ");
  assertEquals(printed([chain]), `(${numbers})`);
});

Deno.test("threads: 20,000 forks within one another", () => {
  let fork = thread(1);
  for (let number = 2; number < 40_000; number += 2) fork = thread(number, thread(number + 1), fork);
  const text = printed([fork]);
  assertEquals(text.split("(").length, text.split(")").length);
  assertEquals(text.match(/\d+/g)?.length, 39_999);
});

const anyThread = fc.letrec<{ thread: Thread }>((tie) => ({
  thread: fc.record({
    number: fc.integer({ min: 1, max: 999 }),
    children: fc.oneof({ depthSize: "small" }, fc.constant([]), fc.array(tie("thread"), { maxLength: 3 })),
  }),
})).thread;

Deno.test("threads: what is printed reads as the same trees", () => {
  fc.assert(fc.property(fc.array(anyThread, { minLength: 1, maxLength: 4 }), (threads) => {
    const value = readValue(sent(`(${printed(threads)})`));
    assertEquals((value as Value[]).map(threadOf), threads);
  }));
});

/** RFC 5256 §5, thread-list: each member is the child of the one before, lists are the children of the last. */
function threadOf(list: Value): Thread {
  if (!Array.isArray(list)) throw new Error("no thread-list");
  const [first, ...rest] = list;
  if (typeof first !== "number") throw new Error("no member");
  if (rest.length === 0) return { number: first, children: [] };
  return { number: first, children: Array.isArray(rest[0]) ? rest.map(threadOf) : [threadOf(rest)] };
}
