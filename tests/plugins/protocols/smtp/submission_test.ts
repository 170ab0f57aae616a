import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Header } from "../../../../core/message/header.ts";
import { responsibleAddresses, shortDomainAddresses } from "../../../../plugins/protocols/smtp/submission.ts";
import { quickly } from "../../../core/message/quickly.ts";
import { FakeAuthentication } from "./fake_authentication.ts";
import { codesOf, type Given, talk } from "./talk.ts";

const plain = btoa("\0smith\0secret");
const login = `EHLO pc\r\nAUTH PLAIN ${plain}\r\n`;
const mail = "MAIL FROM:<smith@foo.com>\r\nRCPT TO:<Jones@foo.com>\r\n";
const submission = (given: Given = {}): Given => ({
  authentication: new FakeAuthentication(),
  ...given,
  options: { mode: "submission", ...given.options },
});

Deno.test("smtp AUTH: RFC 4954 §4.1: PLAIN with and without an initial response", async () => {
  const { output } = await talk(`${login}QUIT\r\n`, submission());
  assertEquals(codesOf(output), [220, 250, 235, 221]);
  assertStringIncludes(output, "250-AUTH PLAIN ASK\r\n");
  assertStringIncludes(output, "\r\n235 2.7.0 ");
  const asked = await talk(["EHLO pc\r\nAUTH plain\r\n", `${plain}\r\n`, "EHLO pc\r\nQUIT\r\n"], submission());
  assertEquals(codesOf(asked.output), [220, 250, 334, 235, 250, 221]);
  // RFC 4954 §4: an empty challenge has its space.
  assertStringIncludes(asked.output, "\r\n334 \r\n");
  // RFC 4422 §6.1.2, RFC 4954 §4: a client may compare the list before and after, to see whether someone shortened it.
  assertEquals(asked.output.split("250-AUTH PLAIN ASK\r\n").length, 3);
});

Deno.test("smtp AUTH: RFC 4954 §4, §6: how it can fail", async () => {
  const ends: readonly (readonly [commands: string, reply: string])[] = [
    ["AUTH\r\n", "501 5.5.4"],
    ["AUTH PLAIN x y\r\n", "501 5.5.4"],
    ["AUTH NONSENSE\r\n", "504 5.5.4"],
    [`AUTH ASK ${plain}\r\n`, "501 5.7.0"],
    ["AUTH PLAIN =AAA\r\n", "501 5.5.2"],
    ["AUTH PLAIN AAA=BBB\r\n", "501 5.5.2"],
    ["AUTH PLAIN =\r\n", "535 5.7.8"],
    ["AUTH ASK\r\n*\r\n", "501 5.7.0"],
    ["AUTH ASK\r\n?!\r\n", "501 5.5.2"],
    [`AUTH ASK\r\n${btoa("wrong")}\r\n`, "535 5.7.8"],
    [`AUTH ASK\r\n${btoa("unavailable")}\r\n`, "454 4.7.0"],
    [`AUTH ASK\r\n${btoa("expired")}\r\n`, "535 5.7.8"],
    [`AUTH ASK\r\n${"A".repeat(70_000)}\r\n`, "500 5.5.6"],
  ];
  for (const [commands, reply] of ends) {
    const { output } = await talk(`EHLO pc\r\n${commands}NOOP\r\n${mail}`, submission());
    const lines = output.trim().split("\r\n");
    assertEquals(
      lines.slice(-4).map((line) => line.slice(0, 9)),
      [reply, "250 2.0.0", "530 5.7.0", "503 5.5.1"],
      commands,
    );
  }
});

Deno.test("smtp AUTH: RFC 4954 §4: once, after EHLO, and not in a transaction", async () => {
  const { output } = await talk(
    `AUTH PLAIN ${plain}\r\nHELO pc\r\nAUTH PLAIN ${plain}\r\n${login}AUTH PLAIN ${plain}\r\n`,
    submission(),
  );
  assertEquals(codesOf(output), [220, 503, 250, 503, 250, 235, 503]);
  const inside = await talk(`EHLO pc\r\n${mail}AUTH PLAIN ${plain}\r\n`, { authentication: new FakeAuthentication() });
  assertEquals(codesOf(inside.output), [220, 250, 250, 250, 503]);
});

Deno.test("smtp AUTH: auth: false offers none; RFC 5321 §4.2.4: 502 for what is known and not there", async () => {
  const { output } = await talk(login, { authentication: new FakeAuthentication(), options: { auth: false } });
  assertEquals(codesOf(output), [220, 250, 502]);
  assert(!output.includes("AUTH "));
});

Deno.test("smtp AUTH: a client that leaves in the middle has cancelled", async () => {
  const authentication = new FakeAuthentication();
  await talk("EHLO pc\r\nAUTH ASK\r\n", submission({ authentication }));
  assertEquals(authentication.cancelled, 1);
});

Deno.test("smtp AUTH: wrong passwords count as errors", async () => {
  const wrong = `AUTH PLAIN ${btoa("\0smith\0wrong")}\r\n`;
  const { output } = await talk(`EHLO pc\r\n${wrong.repeat(10)}`, submission({ options: { max_errors: 3 } }));
  assertEquals(codesOf(output), [220, 250, 535, 535, 535, 535, 421]);
});

Deno.test("smtp AUTH: RFC 4954 §4: under a security layer the session begins anew, and the login stays", async () => {
  const layer = {
    maximumInput: 65_536,
    maximumOutput: 65_536,
    wrap: (a: Uint8Array) => a,
    unwrap: (a: Uint8Array) => a,
  };
  const sealed = (text: string) => `\0\0\0${String.fromCharCode(text.length)}${text}`;
  const authentication = new FakeAuthentication({ layer });
  const commands = [mail.slice(0, 27), "EHLO pc\r\n", mail.slice(0, 27)].map(sealed);
  const { output } = await talk([login, ...commands], submission({ authentication }));
  assertEquals([...output.matchAll(/(?:^|\n|\0\0..)(\d{3}) /g)].map(([, code]) => Number(code)), [
    220,
    250,
    235,
    503,
    250,
    250,
  ]);
});

Deno.test("smtp submission: RFC 6409 §4.3: MAIL needs authentication, and TLS first where no mechanism is there without", async () => {
  const { output } = await talk(`EHLO pc\r\n${mail}`, submission());
  assertStringIncludes(output, "530 5.7.0 Authentication required");
  const clear = await talk(
    `EHLO pc\r\nAUTH PLAIN ${plain}\r\n${mail}`,
    submission({ authentication: new FakeAuthentication({ needsTls: true }), canStartTls: true }),
  );
  // RFC 4954 §4: 504 for a mechanism that requires an encryption layer; 538 is deprecated (§1).
  assertStringIncludes(clear.output, "504 5.5.4 ");
  assertStringIncludes(clear.output, "530 5.7.0 Must issue a STARTTLS command first");
  const upgraded = await talk(
    ["EHLO pc\r\nSTARTTLS\r\n", `${login}${mail}`],
    submission({ authentication: new FakeAuthentication({ needsTls: true }), canStartTls: true }),
  );
  assertEquals(codesOf(upgraded.output), [220, 250, 220, 250, 235, 250, 250]);
});

Deno.test("smtp submission: RFC 3207 §4.2: TLS makes the server forget who has authenticated", async () => {
  const { output } = await talk([`${login}STARTTLS\r\n`, `EHLO pc\r\n${mail}`], submission({ canStartTls: true }));
  assertEquals(codesOf(output), [220, 250, 235, 220, 250, 530, 503]);
});

Deno.test("smtp submission: RFC 6409 §6.1: the sender is the account's own; the null path is everyone's", async () => {
  const { output } = await talk(
    `${login}MAIL FROM:<boss@foo.com>\r\nMAIL FROM:<>\r\nRSET\r\nMAIL FROM:<SMITH@foo.com>\r\n`,
    submission(),
  );
  assertEquals(codesOf(output), [220, 250, 235, 550, 250, 250, 250]);
  assertStringIncludes(output, "550 5.7.1 You may not send mail as boss@foo.com");
});

Deno.test("smtp submission: RFC 6409 §6.3: so is the one whom the header names", async () => {
  const cases: readonly (readonly [header: string, code: number])[] = [
    ["From: Smith <smith@foo.com>", 250],
    ["From: Boss <boss@foo.com>", 550],
    ["From: boss@foo.com\r\nSender: smith@foo.com", 250],
    ["From: smith@foo.com, boss@foo.com", 550],
    ["From: smith@foo.com, boss@foo.com\r\nSender: smith@foo.com", 250],
    ["From: smith@foo.com\r\nSender: boss@foo.com", 550],
    ["Resent-From: smith@foo.com\r\nFrom: boss@foo.com", 250],
    ["Resent-From: boss@foo.com\r\nFrom: smith@foo.com", 550],
    ["Subject: no author", 250],
  ];
  for (const [header, code] of cases) {
    for (
      const content of [`DATA\r\n${header}\r\n\r\nx\r\n.\r\n`, `BDAT ${header.length + 4} LAST\r\n${header}\r\n\r\n`]
    ) {
      const { output, delivery } = await talk(`${login}${mail}${content}`, submission());
      assertEquals([codesOf(output).at(-1), delivery.kept.length], [code, code === 250 ? 1 : 0], header);
    }
  }
});

Deno.test("smtp submission: the newest Resent- fields decide, comments and groups are no way around", () => {
  const of = (text: string) => responsibleAddresses(new Header(new TextEncoder().encode(text)));
  assertEquals(of('From: (smith@foo.com) "smith@foo.com" <boss@foo.com>\r\n'), ["boss@foo.com"]);
  assertEquals(of("From: friends: a@b.example, c@d.example;\r\n"), ["a@b.example", "c@d.example"]);
  assertEquals(of("Resent-From: new@b\r\nResent-From: old@b\r\nFrom: x@y\r\n"), ["new@b"]);
  assertEquals(of("FROM : a@b.example\r\n"), ["a@b.example"]);
});

Deno.test("smtp submission: RFC 5322 §3.6: a second From is looked at as well as the first, and no crowd hides anyone", async () => {
  const refused = [
    "From: smith@foo.com\r\nFrom: boss@foo.com",
    "Sender: smith@foo.com\r\nSender: boss@foo.com",
    `From: ${"smith@foo.com, ".repeat(200)}boss@foo.com`,
    `From: smith@foo.com\r\n${"X: y\r\n".repeat(50_000)}Sender: boss@foo.com`,
  ];
  for (const header of refused) {
    const { output, delivery } = await talk(`${login}${mail}DATA\r\n${header}\r\n\r\nx\r\n.\r\n`, submission());
    assertEquals([codesOf(output).at(-1), delivery.kept.length], [550, 0], header.slice(0, 60));
  }
  const many = `From: ${"smith@foo.com, ".repeat(200)}smith@foo.com`;
  const { delivery } = await talk(`${login}${mail}DATA\r\n${many}\r\n\r\nx\r\n.\r\n`, submission());
  assertEquals(delivery.kept.length, 1);
});

Deno.test("smtp submission: RFC 6409 §4.2: domains in address fields are whole names; a local one may be short", async () => {
  const cases: readonly (readonly [header: string, code: number])[] = [
    ["To: joe@sales", 554],
    ["Cc: a@b.example, Joe <joe@sales.>", 554],
    ["Resent-To: joe@sales", 554],
    ["To: friends: joe@sales;", 554],
    ["Reply-To: joe@intranet, joe@[192.0.2.1], joe@пример.example", 250],
    ["To: undisclosed-recipients:;", 250],
    ["To: root", 250],
    ["Subject: joe@sales", 250],
  ];
  for (const [header, code] of cases) {
    const { output } = await talk(`${login}${mail}DATA\r\n${header}\r\n\r\nx\r\n.\r\n`, submission());
    assertEquals(codesOf(output).at(-1), code, header);
  }
  const { output } = await talk(`${login}${mail}DATA\r\nTo: joe@sales\r\n\r\n.\r\n`, submission());
  assertStringIncludes(output, "554 5.6.0 The domain of joe@sales is not a whole name");
  const stranger = await talk(
    "EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<Jones@foo.com>\r\nDATA\r\nTo: joe@sales\r\n\r\nx\r\n.\r\n",
  );
  assertEquals(stranger.delivery.kept.length, 1);
});

Deno.test("smtp submission: RFC 6409 §4.2: the domain of an address stands behind its last at sign; hostile headers take linear time", () => {
  const short = (to: string) => shortDomainAddresses(new Header(new TextEncoder().encode(`To: ${to}\r\n`)));
  assertEquals(short('"joe@sales"@x.example, "a@b.c"@sales, "@"@[192.0.2.1]'), ['"a@b.c"@sales']);
  quickly("addresses", () => {
    for (const hostile of [`"${"@".repeat(200_000)}."@x.y`, "a@".repeat(100_000), "@a,".repeat(60_000)]) short(hostile);
  });
});

Deno.test("smtp submission: RFC 6409 §4.2: so are those of the envelope", async () => {
  const { output, delivery } = await talk(
    `${login}MAIL FROM:<smith@sales>\r\n${mail}RCPT TO:<joe@sales>\r\nRCPT TO:<joe@intranet>\r\nRCPT TO:<joe@[192.0.2.1]>\r\n`,
    submission(),
  );
  assertEquals(output.trim().split("\r\n").slice(-6).map((line) => line.slice(0, 9)), [
    "554 5.1.8",
    "250 2.1.0",
    "250 2.1.5",
    "554 5.1.2",
    "550 5.7.1",
    "550 5.7.1",
  ]);
  assertStringIncludes(output, "554 5.1.2 The domain of joe@sales is not a whole name");
  assertEquals(delivery.asked, ["Jones@foo.com", "joe@intranet", "joe@[192.0.2.1]"]);
  const stranger = await talk("EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<joe@sales>\r\n");
  assertEquals(codesOf(stranger.output), [220, 250, 250, 550]);
});

Deno.test("smtp submission: RFC 6409 §8.2, §8.3: Date and Message-ID are added where they are missing, and only there", async () => {
  const { delivery } = await talk(`${login}${mail}DATA\r\nSubject: x\r\n\r\nx\r\n.\r\n`, submission());
  const added =
    /\+0000\r\nDate: Tue, 24 Nov 2026 07:00:00 \+0000\r\nFrom: <smith@foo\.com>\r\nMessage-ID: <[\w.]+@foo\.com>\r\nSubject: x\r\n\r\nx\r\n$/;
  assertMatch(delivery.kept[0]?.text ?? "", added);
  assertMatch(delivery.kept[0]?.text ?? "", /with ESMTPA id/);
  assertEquals(delivery.kept[0]?.message.envelope.submittedBy, delivery.kept[0]?.message.facts.account);
  const whole =
    "Date: Mon, 1 Jan 2024 00:00:00 +0000\r\nmessage-id: <a@b>\r\nfrom: smith@foo.com\r\nBcc: secret@foo.com\r\n\r\nx\r\n";
  const kept = await talk(`${login}${mail}DATA\r\n${whole}.\r\n`, submission());
  assert(kept.delivery.kept[0]?.text.endsWith(`07:00:00 +0000\r\n${whole}`));
});

Deno.test("smtp submission: RFC 6409 §8.3: a Message-ID that is none is replaced", async () => {
  const body = (id: string) => `From: smith@foo.com\r\nMessage-ID:${id}\r\nDate: x\r\n\r\nMessage-ID: <text>\r\n`;
  for (const id of ["", " none", " a@b", " <>", " <a>", "\r\n\t<a b>"]) {
    const { delivery } = await talk(`${login}${mail}DATA\r\n${body(id)}.\r\n`, submission());
    assertMatch(
      delivery.kept[0]?.text ?? "",
      /\+0000\r\nMessage-ID: <[\w.]+@foo\.com>\r\nFrom: smith@foo.com\r\nDate: x\r\n\r\nMessage-ID: <text>\r\n$/,
      id,
    );
  }
  for (const id of [" <a@b>", " (it is) <a@b> (here)", "\r\n\t<a@[192.0.2.1]>"]) {
    const { delivery } = await talk(`${login}${mail}DATA\r\n${body(id)}.\r\n`, submission());
    assert(delivery.kept[0]?.text.endsWith(` +0000\r\n${body(id)}`), id);
  }
});

Deno.test("smtp submission: RFC 5322 §3.6: From is added where it is missing, but none for the null path", async () => {
  const { delivery } = await talk(
    `${login}MAIL FROM:<>\r\nRCPT TO:<Jones@foo.com>\r\nDATA\r\nMessage-ID: <a@b>\r\nDate: x\r\n\r\nx\r\n.\r\n`,
    submission(),
  );
  assert(delivery.kept[0]?.text.endsWith(" +0000\r\nMessage-ID: <a@b>\r\nDate: x\r\n\r\nx\r\n"));
});

Deno.test("smtp submission: mail from strangers is not touched", async () => {
  const { delivery } = await talk(
    "EHLO x\r\nMAIL FROM:<boss@foo.com>\r\nRCPT TO:<Jones@foo.com>\r\nDATA\r\nFrom: boss@foo.com\r\n\r\nx\r\n.\r\n",
  );
  assert(delivery.kept[0]?.text.endsWith("07:00:00 +0000\r\nFrom: boss@foo.com\r\n\r\nx\r\n"));
});

Deno.test("smtp submission: received_from: server keeps the client's address and name out of the message", async () => {
  const { delivery } = await talk(
    `${login}${mail}DATA\r\n\r\n.\r\n`,
    submission({ options: { received_from: "server" } }),
  );
  const text = delivery.kept[0]?.text ?? "";
  assertStringIncludes(text, "Received: from foo.com (");
  assert(!text.includes("192.0.2.7") && !text.includes("from pc"));
});

Deno.test("smtp submission: RFC 3848, RFC 8314 §4.3: under TLS it is ESMTPSA, with the TLS version and the cipher suite", async () => {
  const { delivery } = await talk(`${login}${mail}DATA\r\n\r\n.\r\n`, submission({ tls: true }));
  assertMatch(
    delivery.kept[0]?.text ?? "",
    /\(using TLSv1\.3\)\r\n\tby foo\.com with ESMTPSA id \w+\r\n\tfor <Jones@foo\.com>\r\n\ttls TLS_AES_256_GCM_SHA384;\r\n/,
  );
});
