import { assertEquals } from "@std/assert";
import { bookOver, FailureNotice } from "../../../../core/server/threads/shared_book.ts";
import { PenaltyBook } from "../../../../core/sasl/penalty_book.ts";

const claim = { address: "192.0.2.1", login: "alice" };

function open() {
  let time = Date.UTC(2026, 10, 25);
  const now = () => new Date(time);
  const notice = new FailureNotice();
  const kept = new PenaltyBook({ authDelay: 1000, now, counted: (until) => notice.failed(until) });
  const asked: string[] = [];
  const first = {
    remaining: (of: typeof claim) => (asked.push("remaining"), Promise.resolve(kept.remaining(of))),
    failed: (of: typeof claim) => (asked.push("failed"), Promise.resolve(kept.failed(of))),
    succeeded: (of: typeof claim) => (asked.push("succeeded"), kept.succeeded(of)),
  };
  const book = bookOver(new FailureNotice(notice.memory), first, now);
  return { book, kept, asked, pass: (milliseconds: number) => void (time += milliseconds) };
}

Deno.test("shared book: as long as nobody's answer waits, the first thread is not asked", async () => {
  const { book, kept, asked, pass } = open();
  assertEquals(await book.remaining(claim), 0);
  // Of another thread.
  kept.failed(claim);
  assertEquals(await book.remaining(claim), kept.remaining(claim));
  assertEquals(await book.failed(claim), 2000);
  assertEquals(asked, ["remaining", "failed"]);
  pass(2001);
  assertEquals(await book.remaining(claim), 0);
  assertEquals(asked.length, 2);
});

Deno.test("shared book: a login that was right is told once, and again when somebody has failed since", async () => {
  const { book, kept, asked } = open();
  for (let times = 0; times < 3; times++) book.succeeded(claim);
  assertEquals(asked, ["succeeded"]);
  kept.failed(claim);
  book.succeeded(claim);
  assertEquals(asked, ["succeeded", "succeeded"]);
  assertEquals(await book.remaining(claim), 0);
});
