import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { FakeDelivery } from "./fake_context.ts";
import { codesOf, talk } from "./talk.ts";

const envelope = "EHLO bar.com\r\nMAIL FROM:<Smith@bar.com>\r\nRCPT TO:<Jones@foo.com>\r\n";
const message = "DATA\r\nSubject: x\r\n\r\nHello\r\n.\r\n";

/** Replies to commands after EHLO. */
async function repliesTo(...commands: string[]): Promise<string[]> {
  const { output } = await talk(`EHLO bar.com\r\n${commands.map((command) => `${command}\r\n`).join("")}`);
  return output.split("\r\n").filter((line) => /^\d{3} /.test(line)).slice(2);
}

Deno.test("smtp: RFC 5321 §4.1.4: commands out of order are 503, and change nothing", async () => {
  const before = await talk("MAIL FROM:<a@b>\r\nRCPT TO:<Jones@foo.com>\r\nDATA\r\nBDAT 0 LAST\r\n");
  assertEquals(codesOf(before.output), [220, 503, 503, 503, 503]);
  const nested = await talk(`${envelope}MAIL FROM:<a@b>\r\n${message}DATA\r\nRCPT TO:<Jones@foo.com>\r\n`);
  assertEquals(codesOf(nested.output), [220, 250, 250, 250, 503, 354, 250, 503, 503]);
});

Deno.test("smtp: RFC 5321 §4.1.4: NOOP, HELP, EXPN, VRFY, RSET and QUIT need no HELO", async () => {
  const { output } = await talk("NOOP x\r\nHELP\r\nEXPN list\r\nVRFY Jones\r\nRSET\r\nQUIT\r\n");
  assertEquals(codesOf(output), [220, 250, 214, 502, 252, 250, 221]);
});

Deno.test("smtp: RFC 5321 §4.1.4: EHLO and RSET in a transaction abort it, and nothing else", async () => {
  for (const command of ["RSET", "EHLO again", "HELO again"]) {
    const { output, delivery } = await talk(`${envelope}${command}\r\nDATA\r\nMAIL FROM:<b@bar.com>\r\n`);
    assertEquals(codesOf(output), [220, 250, 250, 250, 250, 503, 250]);
    assertEquals(delivery.begun, 0);
  }
  const { output } = await talk(`${envelope}EHLO\r\nNOOP\r\nVRFY x\r\nHELP\r\n${message}`);
  assertEquals(codesOf(output), [220, 250, 250, 250, 501, 250, 252, 214, 354, 250]);
});

Deno.test("smtp: RFC 5321 §4.1.1: arguments where none belong are 501", async () => {
  const replies = await repliesTo("RSET x", "QUIT x", "VRFY", "MAIL FROM:<a@b>", "RCPT TO:<Jones@foo.com>", "DATA x");
  assertEquals(replies.map((line) => line.slice(0, 9)), [
    "501 5.5.4",
    "501 5.5.4",
    "501 5.5.4",
    "250 2.1.0",
    "250 2.1.5",
    "501 5.5.4",
  ]);
});

Deno.test("smtp: RFC 5321 §7.3: VRFY and EXPN tell nothing", async () => {
  const [known, unknown] = await repliesTo("VRFY Jones", "VRFY Green");
  assertEquals(known, unknown);
});

Deno.test("smtp: unknown commands are 500, a line that is no text as well, one that is too long too", async () => {
  const replies = await repliesTo("WIZ", "LHLO x", "", "\x16\x03\x01\xff\xfe", "NOOP \0", "x".repeat(60_000), "NOOP");
  assertEquals(replies.map((line) => line.slice(0, 9)), [
    "500 5.5.1",
    "500 5.5.1",
    "500 5.5.1",
    "500 5.5.2",
    "500 5.5.2",
    "500 5.5.2",
    "250 2.0.0",
  ]);
});

Deno.test("smtp: RFC 5321 §4.5.3.1.4, RFC 4954 §4: lines of 12,288 octets are not too long", async () => {
  assertEquals(await repliesTo(`NOOP ${"x".repeat(12_288)}`), ["250 2.0.0 OK"]);
});

Deno.test("smtp: a web request ends the session at once", async () => {
  for (const verb of ["GET / HTTP/1.1", "POST /x HTTP/1.1", "PRI * HTTP/2.0"]) {
    const { output } = await talk(`${verb}\r\nHost: foo.com\r\n\r\nMAIL FROM:<a@b>\r\n`);
    assertEquals(codesOf(output), [220, 554]);
  }
});

Deno.test("smtp: too many errors are 421 and the end; recipients who do not exist are no errors", async () => {
  const unknown = await talk(`${"WIZ\r\n".repeat(60)}NOOP\r\n`, { options: { max_errors: 10 } });
  assertEquals(codesOf(unknown.output), [220, ...Array(11).fill(500), 421]);
  assert(unknown.log.some((line) => line.startsWith("warn too many errors")));
  const recipients = await talk(`${envelope}${"RCPT TO:<Green@foo.com>\r\n".repeat(60)}NOOP\r\n`, {
    options: { max_errors: 10 },
  });
  assertEquals(codesOf(recipients.output).at(-1), 250);
});

Deno.test("smtp: a client whose messages are taken may err now and then; one that does nothing else may not", async () => {
  const given = { options: { max_errors: 3 } };
  const working = await talk(
    `EHLO x\r\n${`WIZ\r\n${envelope.slice(envelope.indexOf("MAIL"))}${message}`.repeat(50)}`,
    given,
  );
  assertEquals(codesOf(working.output).at(-1), 250);
  const idle = await talk(`EHLO x\r\n${"WIZ\r\nNOOP\r\nRSET\r\n".repeat(50)}`, given);
  assertEquals(codesOf(idle.output).at(-1), 421);
});

Deno.test("smtp: RFC 5321 §4.5.3.1.10: too many recipients are 452; those before get the message", async () => {
  const rcpts = Array.from({ length: 105 }, (_, index) => `RCPT TO:<user${index}@foo.com>\r\n`).join("");
  const { output, delivery } = await talk(`EHLO x\r\nMAIL FROM:<>\r\n${rcpts}${message}`, {
    options: { max_recipients: 100 },
  });
  assertEquals(codesOf(output), [220, 250, 250, ...Array(100).fill(250), ...Array(5).fill(452), 354, 250]);
  assertEquals(delivery.kept[0]?.message.recipients.length, 100);
  assertStringIncludes(output, "LIMITS RCPTMAX=100 MAILMAX=1000");
});

Deno.test("smtp: RFC 9422: MAILMAX is what it says", async () => {
  const { output } = await talk(`EHLO x\r\n${"MAIL FROM:<>\r\nRSET\r\n".repeat(3)}`, { options: { max_messages: 2 } });
  assertEquals(codesOf(output), [220, 250, 250, 250, 250, 250, 421]);
  assertStringIncludes(output, "MAILMAX=2");
});

Deno.test("smtp: RFC 9422 §3.3, §4: what was refused counts too: a client that pipelines cannot know what was", async () => {
  const mails = "MAIL FROM:<> SIZE=1001\r\nMAIL FROM:<>\r\nRSET\r\nMAIL FROM:<>\r\n";
  const { output } = await talk(`EHLO x\r\n${mails}`, { largest: 1000, options: { max_messages: 2 } });
  assertEquals(codesOf(output), [220, 250, 552, 250, 250, 421]);
  const rcpts = "RCPT TO:<Green@foo.com> NOTIFY=NEVER\r\nRCPT TO:<Brown@foo.com>\r\n".repeat(50);
  const asked = await talk(`EHLO x\r\nMAIL FROM:<>\r\n${rcpts}RCPT TO:<Green@foo.com>\r\n`, {
    options: { max_recipients: 100, max_errors: 100 },
  });
  assertEquals(codesOf(asked.output).slice(-3), [555, 250, 452]);
});

Deno.test("smtp: RFC 1870: a message that is announced or comes too large is 552, and the session goes on", async () => {
  const given = { largest: 1000 };
  const announced = await talk("EHLO x\r\nMAIL FROM:<> SIZE=1001\r\nMAIL FROM:<> SIZE=1000\r\n", given);
  assertEquals(codesOf(announced.output), [220, 250, 552, 250]);
  assertStringIncludes(announced.output, "250-SIZE 1000\r\n");
  const sent = await talk(
    `${envelope}DATA\r\n${"x".repeat(98)}\r\n${"y\r\n".repeat(400)}.\r\n${envelope.slice(14)}${message}`,
    given,
  );
  assertEquals(codesOf(sent.output), [220, 250, 250, 250, 354, 552, 250, 250, 354, 250]);
  assertEquals(sent.delivery.kept.length, 1);
});

Deno.test("smtp: RFC 6531 §3.5: addresses beyond ASCII need SMTPUTF8", async () => {
  const jose = "jos\xc3\xa9@foo.com";
  const without = await talk(`EHLO x\r\nMAIL FROM:<${jose}>\r\nMAIL FROM:<>\r\nRCPT TO:<${jose}>\r\n`);
  assertEquals(codesOf(without.output), [220, 250, 550, 250, 553]);
  assertEquals([...without.output.matchAll(/ 5\.6\.7 /g)].length, 2);
  const { output, delivery } = await talk(`EHLO x\r\nMAIL FROM:<${jose}> SMTPUTF8\r\nRCPT TO:<${jose}>\r\n${message}`);
  assertEquals(codesOf(output), [220, 250, 250, 250, 354, 250]);
  assertStringIncludes(delivery.kept[0]?.text ?? "", "with UTF8SMTP id");
  assertStringIncludes(delivery.kept[0]?.text ?? "", `Return-Path: <${jose}>`);
});

Deno.test("smtp: RFC 5321 §4.1.1.2, §4.1.1.11: parameters need EHLO, and must be known", async () => {
  const { output } = await talk(
    "HELO x\r\nMAIL FROM:<> SIZE=1\r\nMAIL FROM:<>\r\nRCPT TO:<Jones@foo.com> NOTIFY=NEVER\r\n",
  );
  assertEquals(codesOf(output), [220, 250, 555, 250, 555]);
});

Deno.test("smtp: RFC 5321 §4.1.1.3: <Postmaster> without a domain is a recipient", async () => {
  const { delivery } = await talk(`EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<PostMaster>\r\n${message}`);
  assertEquals(delivery.kept[0]?.message.envelope.recipients, ["postmaster"]);
});

Deno.test("smtp: RFC 1123 §5.2.17: an address literal that is the server's own is a domain of its own", async () => {
  const recipients = [
    "Green@[192.0.2.25]",
    "postmaster@[192.0.2.25]",
    "Green@[192.0.2.26]",
    '"a b"@[IPv6:::ffff:192.0.2.25]',
  ];
  const { delivery } = await talk(
    `EHLO x\r\nMAIL FROM:<>\r\n${recipients.map((address) => `RCPT TO:<${address}>\r\n`).join("")}`,
  );
  assertEquals(delivery.asked, ["Green@intranet", "postmaster@intranet", "Green@[192.0.2.26]", '"a b"@intranet']);
});

Deno.test("smtp: blanks around the colon of FROM: and TO: are tolerated", async () => {
  const { output } = await talk(
    "HELO x\r\nMAIL FROM: <a@b>\r\nRCPT TO : <Jones@foo.com>\r\nRSET\r\nmail from:<a@b>\r\n",
  );
  assertEquals(codesOf(output), [220, 250, 250, 250, 250, 250]);
});

Deno.test("smtp: any name is taken with HELO and EHLO, and none ends a line of Received", async () => {
  const { delivery } = await talk(`EHLO my(\xe9)pc;x foo\r\n${envelope.slice(14)}${message}`);
  // Not UTF-8: no command. RFC 5321 §4.1.4: the session stays where it was.
  assertEquals(delivery.kept, []);
  const named = await talk(`EHLO my(\xc3\xa9)pc;x foo\r\n${envelope.slice(14)}${message}`);
  assertStringIncludes(named.delivery.kept[0]?.text ?? "", "Received: from my?pcx ([192.0.2.7])\r\n");
});

Deno.test("smtp: RFC 5321 §3.1: a client that is refused for good gets 554, then 503 to all but QUIT", async () => {
  const delivery = new FakeDelivery();
  delivery.refuseClient = { code: 550, enhanced: "5.7.1", text: "Blocked" };
  const { output } = await talk("EHLO x\r\nNOOP\r\nWIZ\r\nSTARTTLS\r\nBDAT 3\r\nabcQUIT\r\n", { delivery });
  assertEquals(codesOf(output), [554, 503, 503, 503, 503, 503, 221]);
  delivery.refuseClient = { code: 450, enhanced: "4.7.1", text: "Come back later" };
  assertEquals((await talk("EHLO x\r\n", { delivery })).output, "421 4.7.1 foo.com Come back later\r\n");
});

Deno.test("smtp: RFC 5321 §4.2.3: 221 and 421 begin with our name, and 421 is the end, whoever says it", async () => {
  const { output } = await talk("QUIT\r\n");
  assertMatch(output, /\r\n221 2\.0\.0 foo\.com \S.*\r\n$/);
  const busy = await talk("EHLO x\r\nMAIL FROM:<busy@bar.com>\r\nNOOP\r\n");
  assertMatch(busy.output, /\r\n421 4\.7\.1 foo\.com Not now\r\n$/);
  const many = await talk("EHLO x\r\nMAIL FROM:<>\r\nRSET\r\nMAIL FROM:<>\r\n", { options: { max_messages: 1 } });
  assertMatch(many.output, /\r\n421 4\.5\.3 foo\.com \S.*\r\n$/);
});

Deno.test("smtp: RFC 5321 §4.2.4: STARTTLS is 502 where it is not offered, and 503 where TLS is on", async () => {
  const { output } = await talk("EHLO x\r\nSTARTTLS\r\n");
  assertMatch(output, /\r\n502 5\.5\.1 TLS is not offered here\r\n$/);
  assert(!output.includes("250-STARTTLS"));
  const twice = await talk(["STARTTLS\r\n", "STARTTLS\r\n"], { canStartTls: true });
  assertEquals(codesOf(twice.output), [220, 220, 503]);
});

Deno.test("smtp: a filter's refusal of a sender or a recipient is what the client gets", async () => {
  const { output } = await talk(
    "EHLO x\r\nMAIL FROM:<spammer@bar.com>\r\nMAIL FROM:<a@bar.com>\r\nRCPT TO:<x@far.example>\r\nDATA\r\n",
  );
  assertEquals(output.split("\r\n").slice(-5, -1), [
    "550 5.7.1 Not from you",
    "250 2.1.0 Sender accepted",
    "550 5.7.1 We do not relay",
    "554 5.5.1 No valid recipients",
  ]);
});

Deno.test("smtp: RFC 2034 §4: every 2xx, 4xx and 5xx has a status, but the greeting and the replies to HELO and EHLO", async () => {
  const { output } = await talk(
    `NOOP\r\n${envelope}${message}EXPN x\r\nHELP\r\nVRFY x\r\nWIZ\r\nMAIL\r\nRSET\r\nSTARTTLS\r\nQUIT\r\n`,
  );
  const after = output.replace(/^220.*\r\n/, "").replace(/^250-foo\.com[\s\S]*?\r\n250 .*\r\n/m, "");
  for (const line of after.trim().split("\r\n")) {
    if (!line.startsWith("354")) assert(/^([245])\d\d[ -]\1\.\d+\.\d+ \S/.test(line), line);
  }
});

Deno.test("smtp: when the server stops, the command in hand is answered, then 421", async () => {
  const delivery = new FakeDelivery();
  const stop = new AbortController();
  delivery.onAccept = () => {
    stop.abort();
    return Promise.resolve({ accepted: true, id: "x" });
  };
  const { output } = await talk(`${envelope}${message}NOOP\r\n`, { delivery, stop: stop.signal });
  assertEquals(codesOf(output), [220, 250, 250, 250, 354, 250, 421]);
});

Deno.test("smtp: RFC 2920 §3.2: replies to a group go out together, and none is kept while the client is waited for", async () => {
  const group = "RSET\r\n".repeat(5000) + "MAIL FROM:<a@b>\r\n" + "RCPT TO:<Jones@foo.com>\r\n".repeat(900) +
    "RSET\r\n".repeat(4099);
  const { output, writes } = await talk(["EHLO x\r\n", group, "QUIT\r\n"]);
  assertEquals(codesOf(output), [220, 250, ...Array(10_000).fill(250), 221]);
  assert(writes <= 10, `${writes} writes`);
});
