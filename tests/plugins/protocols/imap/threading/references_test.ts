import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { summarize } from "../../../../../core/message/summary.ts";
import { printThreads } from "../../../../../plugins/protocols/imap/printing/threads.ts";
import { ReferenceThreads } from "../../../../../plugins/protocols/imap/threading/references.ts";
import { type Threadable, threadable } from "../../../../../plugins/protocols/imap/threading/threadable.ts";
import { octets } from "../../../../core/message/corpus.ts";
import { quickly } from "../../../../core/message/quickly.ts";
import { threadsByTheLetter } from "./references_by_the_letter.ts";
import { atOnce } from "../at_once.ts";

/** Header fields of a message; `date` is the day of a month. */
interface Fields {
  readonly id?: string;
  readonly refs?: string;
  readonly replyTo?: string;
  readonly subject?: string;
  readonly date?: number;
}

/** The threads of messages that are numbered from 1 and sent day after day. */
function threads(...messages: readonly Fields[]): string {
  const collected = new ReferenceThreads();
  for (const [index, fields] of messages.entries()) collected.add(read(index + 1, fields));
  return atOnce(printThreads(atOnce(collected.finish())));
}

function read(number: number, { id, refs, replyTo, subject = `subject ${number}`, date = number }: Fields): Threadable {
  const lines = [
    ...id === undefined ? [] : [`Message-ID: <${id}>`],
    ...refs === undefined ? [] : [`References: ${refs}`],
    ...replyTo === undefined ? [] : [`In-Reply-To: ${replyTo}`],
    `Subject: ${subject}`,
    `Date: ${date} Nov 2026 07:00:00 +0000`,
  ];
  return threadable(number, { receivedAt: new Date(0) }, summarize(octets(`${lines.join("\r\n")}\r\n\r\n`)));
}

Deno.test("RFC 5256 §3 (1): references link parents and children, whatever the order of arrival", () => {
  const question = { id: "a@x" }, answer = { id: "b@x", refs: "<a@x>" }, thanks = { id: "c@x", refs: "<a@x> <b@x>" };
  assertEquals(threads(question, answer, thanks), "(1 2 3)");
  assertEquals(threads(thanks, answer, question), "(3 2 1)");
  assertEquals(threads(question, answer, { id: "d@x", refs: "<a@x>" }), "(1 (2)(3))");
});

Deno.test("RFC 5256 §3: In-Reply-To counts where References has no valid identifier, the first valid one only", () => {
  const two = [{ id: "a@x" }, { id: "b@x" }];
  assertEquals(threads(...two, { replyTo: "<b@x> <a@x>" }), "(1)(2 3)");
  assertEquals(threads(...two, { replyTo: "<junk> <b@x>", refs: "<none>" }), "(1)(2 3)");
  assertEquals(threads(...two, { replyTo: "<b@x>", refs: "<a@x>" }), "(1 3)(2)");
});

Deno.test("RFC 5256 §3: identifiers are compared without their quoting, but with their case", () => {
  assertEquals(
    threads({ id: '"01KF8JCEOCBS0045PS"@xxx.yyy.com' }, { refs: "<01KF8JCEOCBS0045PS@xxx.yyy.com>" }),
    "(1 2)",
  );
  assertEquals(threads({ id: "a@x" }, { refs: "<A@x>" }), "(1)(2)");
});

Deno.test("RFC 5256 §3 (1.A): of messages with one identifier the first has it", () => {
  assertEquals(threads({ id: "a@x" }, { id: "a@x" }, { refs: "<a@x>" }), "(1 3)(2)");
  assertEquals(threads({ subject: "s" }, {}), "(1)(2)");
});

Deno.test("RFC 5256 §3 (1.A): a parent that a message has is not changed by what others say", () => {
  assertEquals(
    threads({ id: "a@x" }, { id: "b@x", refs: "<a@x>" }, { id: "z@x" }, { refs: "<z@x> <b@x>" }),
    "(1 2 4)(3)",
  );
});

Deno.test("RFC 5256 §3 (1.B): what a message says of its own parent counts more", () => {
  assertEquals(
    threads({ id: "a@x" }, { id: "z@x" }, { refs: "<z@x> <b@x>" }, { id: "b@x", refs: "<a@x>" }),
    "(1 4 3)(2)",
  );
  // "Note that if this message has no references, it will now have no parent."
  assertEquals(threads({ id: "z@x" }, { refs: "<z@x> <b@x>" }, { id: "b@x" }), "(1)(3 2)");
});

Deno.test("RFC 5256 §3 (1): no loops", () => {
  assertEquals(threads({ id: "a@x", refs: "<a@x>" }), "(1)");
  assertEquals(threads({ id: "a@x", refs: "<b@x>" }, { id: "b@x", refs: "<a@x>" }), "(2 1)");
  assertEquals(threads({ id: "a@x", refs: "<a@x> <b@x> <a@x>" }, { id: "b@x" }), "(1)(2)");
});

Deno.test("RFC 5256 §3 (3): dummies go; at the top they stay where they hold several together", () => {
  assertEquals(threads({ refs: "<gone@x>" }), "(1)");
  assertEquals(threads({ refs: "<gone@x>" }, { refs: "<gone@x>" }), "((1)(2))");
  assertEquals(threads({ id: "a@x" }, { refs: "<a@x> <gone@x> <lost@x>" }, { refs: "<a@x> <gone@x>" }), "(1 (2)(3))");
  assertEquals(threads({ refs: "<r@x> <s@x>" }, { refs: "<r@x> <t@x>" }), "((1)(2))");
});

Deno.test("RFC 5256 §3 (4) and (6): threads and siblings by sent date, ties by the order of the mailbox", () => {
  assertEquals(threads({ date: 9 }, { date: 5 }, { date: 9 }), "(2)(1)(3)");
  assertEquals(threads({ id: "a@x", date: 9 }, { refs: "<a@x>", date: 8 }, { refs: "<a@x>", date: 7 }), "(1 (3)(2))");
  assertEquals(threads({ refs: "<gone@x>", date: 20 }, { date: 10 }, { refs: "<gone@x>", date: 5 }), "((3)(1))(2)");
});

Deno.test("RFC 5256 §3 (5): threads with one base subject become one", () => {
  assertEquals(threads({ subject: "x" }, { subject: "Re: X" }), "(1 2)");
  assertEquals(threads({ subject: "Re: x" }, { subject: "x" }), "(2 1)");
  // Two that are no replies, or two replies, are siblings.
  assertEquals(threads({ subject: "x" }, { subject: "x" }, { subject: "x" }), "((1)(2)(3))");
  assertEquals(threads({ subject: "Re: x" }, { subject: "Re: x" }), "((1)(2))");
  assertEquals(threads({ subject: "" }, { subject: "Re:" }), "(1)(2)");
});

Deno.test("RFC 5256 §3 (5.C): dummies take in what has their subject", () => {
  const siblings = [{ refs: "<g@x>", subject: "x" }, { refs: "<g@x>", subject: "other" }];
  assertEquals(threads(...siblings, { subject: "x" }), "((1)(2)(3))");
  assertEquals(
    threads(...siblings, { refs: "<h@x>", subject: "x" }, { refs: "<h@x>", subject: "y" }),
    "((1)(2)(3)(4))",
  );
});

const ids = ["a@x", "b@x", "c@x", "d@x", "e@x", "f@x"];
const anyMessages = fc.array(
  fc.record({
    id: fc.option(fc.constantFrom(...ids), { nil: undefined }),
    references: fc.array(fc.constantFrom(...ids), { maxLength: 4 }),
    sentAt: fc.nat(4),
    subject: fc.constantFrom("", "S", "T", "U", "V", "W"),
    isReplyOrForward: fc.boolean(),
  }),
  { maxLength: 9 },
).map((list) =>
  list.map(({ id, ...rest }, index): Threadable => ({
    number: index + 1,
    ...rest,
    ...id !== undefined && { messageId: id },
  }))
);

Deno.test("threads by references: the same as the steps of RFC 5256 §3, taken word by word", () => {
  fc.assert(
    fc.property(anyMessages, (messages) => {
      const collected = new ReferenceThreads();
      for (const message of messages) collected.add(message);
      const text = atOnce(printThreads(atOnce(collected.finish())));
      assertEquals(text, threadsByTheLetter(messages));
      // Every message is in one thread.
      const numbers = (text.match(/\d+/g) ?? []).map(Number).toSorted((left, right) => left - right);
      assertEquals(numbers, messages.map(({ number }) => number));
    }),
    { numRuns: 5000 },
  );
});

/** So many messages, each with these references. */
function many(count: number, references: (index: number) => readonly string[]): string {
  const collected = new ReferenceThreads();
  for (let index = 0; index < count; index++) {
    collected.add({
      number: index + 1,
      sentAt: index,
      subject: `S${index}`,
      isReplyOrForward: false,
      messageId: `${index}@x`,
      references: references(index),
    });
  }
  return atOnce(printThreads(atOnce(collected.finish())));
}

Deno.test("threads by references: 100,000 messages in any shape take linear time", () => {
  const count = 100_000;
  const shapes: Record<string, (index: number) => readonly string[]> = {
    "one after another": (index) => index === 0 ? [] : [`${index - 1}@x`],
    "one before another": (index) => [`${index + 1}@x`],
    "all below one that is not there": () => ["gone@x"],
    "below dummies within one another": (index) => [`d${index >> 1}@x`, `d${(index >> 1) + 1}@x`],
    "trees hung below the end of a long chain": (index) =>
      index < count / 2
        ? (index === 0 ? [] : [`${index - 1}@x`])
        : index % 2 === 0
        ? [`${index + 1}@x`]
        : [`${count / 2 - 1}@x`],
    "alone": () => [],
  };
  for (const [shape, references] of Object.entries(shapes)) {
    quickly(shape, () => assert((many(count, references).match(/\d+/g) ?? []).length === count, shape));
  }
});
