import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { printReport, type Report } from "../../../core/delivery/bounce.ts";
import { summarize } from "../../../core/message/summary.ts";
import { bytes, text } from "./deliver.ts";

const report: Report = {
  action: "failed",
  hostname: "mail.example.org",
  from: "postmaster@example.org",
  to: "joe@example.org",
  date: new Date("2026-11-24T16:00:00Z"),
  messageId: "<abc.def@mail.example.org>",
  message: "m1",
  arrival: new Date("2026-11-19T16:00:00Z"),
  retryUntil: new Date("2026-11-29T16:00:00Z"),
  recipients: [
    { address: "kim@example.com", reply: { code: 550, enhanced: "5.1.1", text: "no such user" } },
    { address: "lee@example.com", reply: { code: 450, enhanced: "4.2.1", text: "busy" }, isExpired: true },
  ],
  head: bytes("Subject: hello\r\nX-Long: a\r\n b\r\n\r\nThe text is nobody's business.\r\n"),
  originalId: "id1@example.org",
  smtpUtf8: false,
};

/** A report's MIME tree and the text of its parts. */
function parsed(given: Partial<Report> = {}) {
  const octets = printReport({ ...report, ...given });
  const summary = summarize(octets);
  const { structure } = summary;
  const parts = structure.parts ?? [];
  return {
    summary,
    text: text(octets),
    structure,
    types: parts.map(({ type, subtype, encoding = "7bit" }) => `${type}/${subtype} ${encoding}`),
    bodies: parts.map(({ bodyStart, bodyEnd }) => text(octets.subarray(bodyStart, bodyEnd))),
  };
}

Deno.test("bounce: RFC 3464 §2: a multipart/report of three parts, to the sender, from a person, automatic", () => {
  const { summary, structure, types, text } = parsed();
  assertEquals([structure.type, structure.subtype], ["multipart", "report"]);
  assertEquals(structure.parameters.find(([name]) => name === "report-type"), ["report-type", "delivery-status"]);
  assertEquals(types, ["text/plain 7bit", "message/delivery-status 7bit", "text/rfc822-headers 7bit"]);
  assertEquals(summary.envelope.to, [{ mailbox: "joe", host: "example.org" }]);
  assertEquals(summary.envelope.from?.map(({ mailbox, host }) => `${mailbox}@${host}`), ["postmaster@example.org"]);
  const fields = new Map(summary.fields);
  assertEquals(
    ["Return-Path", "Auto-Submitted", "In-Reply-To", "References", "MIME-Version"].map((name) => fields.get(name)),
    ["<>", "auto-replied", "<id1@example.org>", "<id1@example.org>", "1.0"],
  );
  assert(text.split("\r\n").every((line) => line.length <= 998 && !/[\r\n]/.test(line)));
});

Deno.test("bounce: RFC 3464 §2.2, §2.3: fields of the message, then a group for each recipient", () => {
  assertEquals(
    parsed().bodies[1],
    "Reporting-MTA: dns; mail.example.org\r\nArrival-Date: Thu, 19 Nov 2026 16:00:00 +0000\r\n" +
      "\r\nFinal-Recipient: rfc822; kim@example.com\r\nAction: failed\r\nStatus: 5.1.1\r\n" +
      "Diagnostic-Code: smtp; 550 5.1.1 no such user\r\nLast-Attempt-Date: Tue, 24 Nov 2026 16:00:00 +0000\r\n" +
      "\r\nFinal-Recipient: rfc822; lee@example.com\r\nAction: failed\r\nStatus: 4.4.7\r\n" +
      "Diagnostic-Code: smtp; 450 4.2.1 busy\r\nLast-Attempt-Date: Tue, 24 Nov 2026 16:00:00 +0000\r\n",
  );
  const late = parsed({ action: "delayed" }).bodies[1] ?? "";
  assert(
    late.includes("Action: delayed\r\n") && late.includes("Will-Retry-Until: Sun, 29 Nov 2026 16:00:00 +0000\r\n"),
  );
});

Deno.test("bounce: only the header goes back, and not all of an endless one", () => {
  assertEquals(parsed().bodies[2], "Subject: hello\r\nX-Long: a\r\n b\r\n\r\n");
  const endless = `Subject: x\r\n${"X: y\r\n".repeat(20_000)}`;
  const { bodies: [, , header = ""] } = parsed({ head: bytes(endless) });
  assert(header.length <= 64 * 1024 && header.endsWith("X: y\r\n"));
  for (const head of ["", "no header at all"]) assertEquals(parsed({ head: bytes(head) }).bodies[2], "");
});

Deno.test("bounce: RFC 6533: addresses and header beyond ASCII have types of their own, where they came as such", () => {
  const recipients = [{
    address: "j\u00f6@b\u00fccher.example",
    reply: { code: 550, enhanced: "5.1.1", text: "n\u00f6" } as const,
  }];
  const head = bytes("Subject: gr\u00fc\u00dfe\r\n\r\n");
  const global = parsed({ recipients, head, smtpUtf8: true });
  assertEquals(global.types, [
    "text/plain 8bit",
    "message/global-delivery-status 8bit",
    "message/global-headers 8bit",
  ]);
  assert(global.bodies[1]?.includes("Final-Recipient: utf-8; j\u00f6@b\u00fccher.example\r\n"));
  const plain = parsed({ head });
  assertEquals(plain.types.slice(1), ["message/delivery-status 7bit", "text/rfc822-headers 8bit"]);
  const odd = parsed({
    recipients: [{ address: "kim@example.com", reply: { code: 550, enhanced: "5.1.1", text: "n\u00f6" } }],
  });
  assert(odd.bodies[1]?.includes("smtp; 550 5.1.1 n?\r\n"));
});

Deno.test("bounce: nothing that others said adds a field, a group or a part", () => {
  const hostile = fc.oneof(
    fc.string(),
    fc.constantFrom("\r\n", "\r\n\r\nAction: delivered", "\n\n--", "x\r\n--report.abc.def\r\n"),
  );
  const said = fc.array(hostile, { maxLength: 4 }).map((pieces) => pieces.join(""));
  fc.assert(
    fc.property(said, said, said, said, fc.boolean(), (reply, to, id, header, smtpUtf8) => {
      const recipients = [{ address: `a${to}@b`, reply: { code: 550, enhanced: "5.0.0", text: reply } as const }];
      const { structure, bodies } = parsed({
        recipients,
        to: `${to}@c`,
        originalId: id,
        head: bytes(`${header}\r\n--report.abc.def\r\n\r\n`),
        smtpUtf8,
      });
      assertEquals([structure.subtype, structure.parts?.length], ["report", 3]);
      const fields = (bodies[1] ?? "").replaceAll("\r\n ", " ").split("\r\n");
      assertEquals(fields.filter((line) => line.startsWith("Action:")), ["Action: failed"]);
      assertEquals(fields.filter((line) => line === "").length, 2);
    }),
    { numRuns: 300 },
  );
});
