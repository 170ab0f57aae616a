import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { summarize } from "../../../../../core/message/summary.ts";
import { printThreads } from "../../../../../plugins/protocols/imap/printing/threads.ts";
import { threadsBySubject } from "../../../../../plugins/protocols/imap/threading/orderedsubject.ts";
import { type Threadable, threadable } from "../../../../../plugins/protocols/imap/threading/threadable.ts";
import { octets } from "../../../../core/message/corpus.ts";
import { atOnce } from "../at_once.ts";

/** A message of this subject, sent on this day of a month. */
function message(number: number, subject: string, date: number): Threadable {
  const header = `Subject: ${subject}\r\nDate: ${date} Nov 2026 07:00:00 +0000\r\n\r\n`;
  return threadable(number, { receivedAt: new Date(0) }, summarize(octets(header)));
}

function threads(...messages: readonly Threadable[]): string {
  return atOnce(printThreads(atOnce(threadsBySubject(messages))));
}

Deno.test("RFC 5256 §3, ORDEREDSUBJECT: one base subject, one thread; all others below its first message", () => {
  assertEquals(
    threads(message(1, "x", 1), message(2, "Re: X", 2), message(3, "y", 3), message(4, "[list] re: x (fwd)", 4)),
    "(1 (2)(4))(3)",
  );
  assertEquals(threads(message(1, "x", 1), message(2, "Re: x", 2)), "(1 2)");
});

Deno.test("RFC 5256 §3, ORDEREDSUBJECT: threads by the date of their first message, ties by the order of the mailbox", () => {
  assertEquals(threads(message(1, "x", 9), message(2, "y", 5), message(3, "x", 1)), "(3 1)(2)");
  assertEquals(threads(message(1, "b", 1), message(2, "a", 1), message(3, "b", 1)), "(1 3)(2)");
});

Deno.test("RFC 5256 §2.2: INTERNALDATE where there is no date that can be read, the zone where there is", () => {
  const dated = (date: string) => summarize(octets(`Subject: ${date}\r\nDate: ${date}\r\n\r\n`));
  const receivedAt = new Date("2001-01-01T00:01:00Z");
  const sentAt = (date: string) => threadable(1, { receivedAt }, dated(date)).sentAt;
  assertEquals(sentAt("31 Dec 2000 16:01:33 -0800"), Date.UTC(2001, 0, 1, 0, 1, 33));
  assertEquals(sentAt("one of these days"), receivedAt.getTime());
});

Deno.test("RFC 5256 §3, ORDEREDSUBJECT: every message once, and no grandchildren", () => {
  const anyMessages = fc.array(fc.tuple(fc.constantFrom("a", "b", "Re: b", ""), fc.integer({ min: 1, max: 5 })));
  fc.assert(fc.property(anyMessages, (list) => {
    const found = atOnce(threadsBySubject(list.map(([subject, date], index) => message(index + 1, subject, date))));
    const numbers = found.flatMap(({ number, children }) => [number, ...children.map((child) => child.number)]);
    assertEquals(numbers.toSorted((left, right) => (left ?? 0) - (right ?? 0)), list.map((_, index) => index + 1));
    assertEquals(found.flatMap(({ children }) => children).flatMap(({ children }) => children), []);
  }));
});
