import { assert, assertEquals } from "@std/assert";
import { LineEndingNormalizer } from "../../../core/message/line_endings.ts";
import { summarize, summarizeChunks, Summarizer } from "../../../core/message/summary.ts";
import { corpus, hardMessage, octets } from "./corpus.ts";

Deno.test("the summary of a message, whole", () => {
  const message = octets([
    "Received: from a",
    "\tby b; Tue, 24 Nov 2026 08:00:01 +0100",
    "Date: Tue, 24 Nov 2026 08:00:00 +0100",
    "From: A <a@example.org>",
    "Reply-To: list: ;",
    "To: b@example.org, c@example.org",
    "Subject: =?utf-8?q?a?=",
    "Message-ID: <3@example.org>",
    "In-Reply-To: <2@example.org>",
    "References: <1@example.org>",
    " <2@example.org>",
    "",
    "text",
    "",
  ].join("\r\n"));
  assertEquals(summarize(message), {
    size: 313,
    crlfSize: 313,
    headerSize: 307,
    lines: 13,
    envelope: {
      date: "Tue, 24 Nov 2026 08:00:00 +0100",
      from: [{ name: "A", mailbox: "a", host: "example.org" }],
      replyTo: [{ mailbox: "list" }, {}],
      to: [{ mailbox: "b", host: "example.org" }, { mailbox: "c", host: "example.org" }],
      subject: "=?utf-8?q?a?=",
      messageId: "<3@example.org>",
      inReplyTo: "<2@example.org>",
    },
    structure: {
      headerStart: 0,
      bodyStart: 307,
      bodyEnd: 313,
      lines: 1,
      type: "text",
      subtype: "plain",
      parameters: [["charset", "us-ascii"]],
    },
    sentAt: Date.UTC(2026, 10, 24, 7),
    sentZone: 60,
    messageId: "3@example.org",
    inReplyTo: ["2@example.org"],
    references: ["1@example.org", "2@example.org"],
    fields: [
      ["Received", "from a\tby b; Tue, 24 Nov 2026 08:00:01 +0100"],
      ["Date", "Tue, 24 Nov 2026 08:00:00 +0100"],
      ["From", "A <a@example.org>"],
      ["Reply-To", "list: ;"],
      ["To", "b@example.org, c@example.org"],
      ["Subject", "=?utf-8?q?a?="],
      ["Message-ID", "<3@example.org>"],
      ["In-Reply-To", "<2@example.org>"],
      ["References", "<1@example.org> <2@example.org>"],
    ],
  });
});

Deno.test("RFC 9051 §7.5.2: a field that is there but empty is the empty string; an empty list is absent", () => {
  const { envelope } = summarize(octets("Subject:\r\nDate: \r\nTo:\r\nCc: ,\r\n\r\n"));
  assertEquals(envelope, { subject: "", date: "" });
});

Deno.test("fields that are there twice: the first text, all addresses", () => {
  const { envelope } = summarize(hardMessage("fields twice"));
  assertEquals(envelope, {
    subject: "one",
    to: [{ mailbox: "a", host: "x.example" }, { mailbox: "b", host: "x.example" }],
  });
});

Deno.test("a summary survives JSON and structured clone, for every message of the corpus", () => {
  for (const { name, text } of corpus) {
    const summary = summarize(octets(text));
    assertEquals(JSON.parse(JSON.stringify(summary)), summary, name);
    assertEquals(structuredClone(summary), summary, name);
  }
});

Deno.test("RFC 1939 §11: crlfSize is what the normaliser makes, for every message of the corpus", () => {
  for (const { name, text } of corpus) {
    const normalizer = new LineEndingNormalizer();
    const sent = normalizer.push(octets(text)).length + normalizer.finish().length;
    assertEquals(summarize(octets(text)).crlfSize, sent, name);
  }
});

Deno.test("chunks may be reused once they are pushed", () => {
  const message = hardMessage("nested forward");
  const summarizer = new Summarizer();
  const buffer = new Uint8Array(7);
  for (let at = 0; at < message.length; at += 7) {
    const piece = message.subarray(at, at + 7);
    buffer.set(piece);
    summarizer.push(buffer.subarray(0, piece.length));
    buffer.fill(88);
  }
  assertEquals(summarizer.finish(), summarize(message));
});

Deno.test("chunks that come one by one", async () => {
  async function* chunks() {
    yield* [hardMessage("plain").slice(0, 9), hardMessage("plain").slice(9)];
    await Promise.resolve();
  }
  assertEquals(await summarizeChunks(chunks()), summarize(hardMessage("plain")));
});

Deno.test("limits: fields that do not fit are left out, shorter ones after them are kept", () => {
  const message = octets(`X-Long: ${"x".repeat(1000)}\r\nSubject: short\r\n\r\n`);
  const summary = summarize(message, { fieldText: 100 });
  assertEquals(summary.fields, [["Subject", "short"]]);
  assertEquals(summary.truncated, true);
  assertEquals(summarize(octets("A: 1\nB: 2\nC: 3\n\n"), { fields: 2 }).fields.length, 2);
});

Deno.test("a header of a megabyte: sizes are exact, what is kept is bounded", () => {
  const header = `Subject: first\r\n${
    "X-Filler: some text that fills the line well\r\n".repeat(25_000)
  }To: late@example.org\r\n\r\n`;
  const summary = summarize(octets(`${header}body\r\n`));
  assertEquals([summary.headerSize, summary.size, summary.lines], [header.length, header.length + 6, 25_004]);
  assertEquals([summary.envelope.subject, summary.truncated], ["first", true]);
  assert(JSON.stringify(summary).length < 200_000);
});

Deno.test("one field of a megabyte, folded ten thousand times", () => {
  const summary = summarize(octets(`To: ${"someone@example.org,\r\n ".repeat(50_000)}x@example.org\r\n\r\nbody`));
  assert((summary.envelope.to?.length ?? 0) > 10_000);
  assert(JSON.stringify(summary).length < 2_000_000);
});

Deno.test("10,000 messages within one another", () => {
  const summary = summarize(octets("Content-Type: message/rfc822\r\nSubject: x\r\n\r\n".repeat(10_000)));
  assertEquals([summary.lines, summary.truncated], [30_000, true]);
  assertEquals(summary.structure.bodyEnd, summary.size);
});
