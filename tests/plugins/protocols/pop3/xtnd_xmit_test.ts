/** XTND XMIT: a message that is sent by POP3 is a submission, and nothing else. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { converse } from "../mail_context.ts";
import { FakeDelivery } from "../smtp/fake_context.ts";
import { type Pop3Plugin, pop3Plugin } from "./plugin_service.ts";

const login = "USER smith\r\nPASS secret\r\n";

async function early(largest = 10_000): Promise<Pop3Plugin & { readonly delivery: FakeDelivery }> {
  const delivery = new FakeDelivery();
  const options = { early: true };
  return { ...await pop3Plugin({ address: "smith@foo.com", delivery, largest, options }), delivery };
}

/** Replies after the login to what is sent, and what was delivered. */
async function transmit(text: string, tested?: Pop3Plugin & { readonly delivery: FakeDelivery }) {
  const { serve, delivery } = tested ?? await early();
  const received = await converse(serve, `${login}XTND XMIT\r\n${text}.\r\nNOOP\r\n`);
  return { replies: received.split("\r\n").slice(3, -1), kept: delivery.kept };
}

const go = "+OK Start sending message";
const sent = [go, "+OK message sent", "+OK"];

Deno.test("pop3: XTND XMIT: goes to all whom To, Cc and Bcc name, each once, and nobody sees who is in Bcc", async () => {
  const { replies, kept } = await transmit(
    "From: smith@foo.com\r\nTo: Jones <jones@foo.com>, brown@foo.com\r\nCc: jones@foo.com\r\nBcc: secret@foo.com,\r\n" +
      " another@xyz.com\r\nSubject: x\r\n\r\n..dot\r\n",
  );
  assertEquals(replies, sent);
  const [{ message, text } = fail()] = kept;
  const addresses = ["jones@foo.com", "brown@foo.com", "secret@foo.com", "another@xyz.com"];
  assertEquals(message.envelope.recipients, addresses);
  assertEquals([message.envelope.sender, message.facts.account], ["smith@foo.com", message.envelope.submittedBy]);
  assert(message.facts.account !== undefined);
  assert(!/Bcc|secret@|another@/i.test(text), text);
  assert(text.endsWith("Subject: x\r\n\r\n.dot\r\n"));
  assert(/^Return-Path: <smith@foo\.com>\r\nReceived: .*\r\nDate: .*\r\nMessage-ID: /s.test(text), text);
});

function fail(): never {
  throw new Error("nothing was delivered");
}

Deno.test("pop3: XTND XMIT: RFC 6409 §6.1: only from addresses of the account; what has no From gets it", async () => {
  const forged = await transmit("From: boss@foo.com\r\nTo: jones@foo.com\r\n\r\nx\r\n");
  assertEquals(forged.replies, [go, "-ERR 550 5.7.1 You may not send mail as boss@foo.com", "+OK"]);
  assertEquals(forged.kept, []);
  const bare = await transmit("To: jones@foo.com\r\n\r\nx\r\n");
  assert(bare.kept[0]?.text.includes("\r\nFrom: <smith@foo.com>\r\n"));
});

Deno.test("pop3: XTND XMIT: for all recipients or for none", async () => {
  for (
    const [to, why] of [["green@foo.com", "550 5.1.1 green@foo.com: No such"], [
      "x@else.com",
      "550 5.7.1 x@else.com: We do",
    ]]
  ) {
    const { replies, kept } = await transmit(`To: jones@foo.com, ${to}\r\n\r\nx\r\n`);
    assert(replies[1]?.startsWith(`-ERR ${why}`), replies[1]);
    assertEquals([replies[2], kept], ["+OK", []]);
  }
  const nobody = await transmit("Subject: to nobody\r\n\r\nx\r\n");
  assertEquals([nobody.replies, nobody.kept], [[go, "-ERR the message has no recipients", "+OK"], []]);
});

Deno.test("pop3: XTND XMIT: what is too large, or could be split by others, is refused whole, and the session goes on", async () => {
  const large = await transmit(`To: jones@foo.com\r\n\r\n${"x".repeat(200)}\r\n`, await early(100));
  assertEquals(large.replies[1], "-ERR 552 5.3.4 The message is larger than this server accepts");
  const split = await transmit("To: jones@foo.com\r\n\r\nx\n.\nDELE 1\r\n");
  assert(split.replies[1]?.startsWith("-ERR 550 5.6.0 The message has a CR or LF on its own"));
  assertEquals([large, split].map(({ replies, kept }) => [replies.length, replies[2], kept.length]), [
    [3, "+OK", 0],
    [3, "+OK", 0],
  ]);
});

Deno.test("pop3: XTND XMIT: a long message that is refused early is read to its end before the answer", async () => {
  const lines = "QUIT\r\n".repeat(50_000);
  for (const to of ["Subject: to nobody", "To: green@foo.com"]) {
    const { replies, kept } = await transmit(`${to}\r\n\r\n${lines}`, await early(1_000_000));
    assertEquals([replies.length, replies[1]?.slice(0, 4), replies[2], kept], [3, "-ERR", "+OK", []]);
  }
});

Deno.test("pop3: XTND XMIT: what fails is not taken for commands, and tells only that it failed", async () => {
  const fails = () => {
    throw new Error("the database is away");
  };
  for (const where of ["recipient", "accept"] as const) {
    const tested = await early();
    if (where === "recipient") tested.delivery.recipient = fails;
    else tested.delivery.onAccept = fails;
    const { replies, kept } = await transmit("To: jones@foo.com\r\n\r\nQUIT\r\nDELE 1\r\n", tested);
    assertEquals([replies, kept], [[go, "-ERR 451 4.3.0 Local error, try again later", "+OK"], []]);
  }
});

Deno.test("pop3: XTND XMIT: a client that breaks off has sent nothing", async () => {
  const { serve, delivery, isUnlocked } = await early();
  await converse(serve, `${login}XTND XMIT\r\nTo: jones@foo.com\r\n\r\nhalf of it\r\n`);
  assertEquals([delivery.kept, await isUnlocked()], [[], true]);
});

Deno.test("pop3: XTND and LAST are not there unless configured, and not before the login", async () => {
  const { serve } = await pop3Plugin({ address: "smith@foo.com" });
  const received = await converse(serve, `${login}XTND XMIT\r\nXTND XLST Subject\r\nLAST\r\nRPOP smith\r\n`);
  assertEquals(received.split("\r\n").slice(3, -1), Array(4).fill("-ERR unknown command"));
  const { serve: serveEarly } = await early();
  const before = await converse(serveEarly, "XTND XMIT\r\nLAST\r\n");
  assertEquals(before.split("\r\n").slice(1, -1), Array(2).fill("-ERR log in first"));
});

Deno.test("pop3 fuzz: XTND XMIT: whatever the message is, it gets one answer, and what follows is a command again", async () => {
  const line = fc.constantFrom(
    "To: jones@foo.com",
    "Bcc: a@foo.com",
    "",
    ".",
    "..",
    "QUIT",
    "DELE 1",
    "\xff",
    "a\nb",
    "x: y",
  );
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 10 }), async (lines) => {
      const text = lines.map((text) => `${text.startsWith(".") ? "." : ""}${text}\r\n`).join("");
      const { replies, kept } = await transmit(text);
      assertEquals([replies.length, replies[0], replies[2]], [3, go, "+OK"]);
      assertEquals(kept.length, replies[1] === "+OK message sent" ? 1 : 0);
    }),
    { numRuns: 200 },
  );
});
