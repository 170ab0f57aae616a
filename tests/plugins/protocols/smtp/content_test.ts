import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Refusal } from "../../../../core/contract/mod.ts";
import { FakeAuthentication } from "./fake_authentication.ts";
import { FakeDelivery } from "./fake_context.ts";
import { codesOf, talk } from "./talk.ts";

const greeting = "EHLO bar.com\r\n";
const mail = "MAIL FROM:<Smith@bar.com>\r\nRCPT TO:<Jones@foo.com>\r\n";
const binary = "MAIL FROM:<Smith@bar.com> BODY=BINARYMIME\r\nRCPT TO:<Jones@foo.com>\r\n";
const text = "Subject: x\r\n\r\nHello\r\n";
const data = `DATA\r\n${text}.\r\n`;
const bdat = (content: string, last = "") => `BDAT ${content.length}${last}\r\n${content}`;

Deno.test("smtp DATA: RFC 5321 §4.5.2: dots are unstuffed, the final dot is not part of the message", async () => {
  const { delivery } = await talk(`${greeting}${mail}DATA\r\nSubject: x\r\n\r\n..\r\n...a\r\n.b\r\n.\r\n`);
  assert(delivery.kept[0]?.text.endsWith("Subject: x\r\n\r\n.\r\n..a\r\nb\r\n"));
});

Deno.test("smtp DATA: RFC 5321 §4.4: Return-Path, then Received, then the message", async () => {
  const { delivery } = await talk(`${greeting}${mail}${data}`);
  const [kept] = delivery.kept;
  assertEquals(
    kept?.text,
    "Return-Path: <Smith@bar.com>\r\n" +
      `Received: from bar.com ([192.0.2.7])\r\n\tby foo.com with ESMTP id ${kept?.message.id}\r\n` +
      `\tfor <Jones@foo.com>;\r\n\tTue, 24 Nov 2026 07:00:00 +0000\r\n${text}`,
  );
});

Deno.test("smtp DATA: RFC 5321 §4.4: there is one Return-Path, ours", async () => {
  const given =
    "Return-Path: <forged@x.example>\r\nSubject: x\r\nreturn-path:\r\n <two@x.example>\r\nTo: y\r\n\r\nReturn-Path: <z>\r\n";
  const left = "Subject: x\r\nTo: y\r\n\r\nReturn-Path: <z>\r\n";
  for (const all of [`DATA\r\n${given}.\r\n`, bdat(given, " LAST")]) {
    for (const pieces of [[all], [...all]]) {
      const { delivery } = await talk([`${greeting}${mail}`, ...pieces]);
      const text = delivery.kept[0]?.text ?? "";
      assert(text.startsWith("Return-Path: <Smith@bar.com>\r\n") && text.endsWith(` +0000\r\n${left}`), text);
    }
  }
  const only = await talk(`${greeting}${mail}DATA\r\nReturn-Path: <forged@x.example>\r\n.\r\n`);
  assert(only.delivery.kept[0]?.text.endsWith(" +0000\r\n"));
});

Deno.test("smtp DATA: RFC 8601 §5: Authentication-Results that claim to be ours are taken out, and nothing else", async () => {
  const ours = [
    " foo.com; dkim=pass",
    "foo.com",
    " FOO.com.;none",
    ' "foo.com"; dkim=pass',
    ' "foo.com',
    ' "f\\oo.com" 1; dkim=pass',
    " (a (comment)\r\n that ; is \\) long)\r\n\tfoo.com\r\n\t(x) 1 (y); none",
    " intranet; dkim=pass",
    " bar.com 2; dkim=pass",
    " bar.com(x)99;dkim=pass",
  ];
  const theirs = [
    " bar.com; dkim=pass header.d=foo.com",
    " mx.foo.com; none",
    " foo.com.example; none",
    " bar.com 1; none",
    ' "bar.com (foo.com"; none',
    " (foo.com) bar.com; none",
    "",
    " ; dkim=pass",
  ];
  const field = (name: string) => (value: string) => `${name}:${value}\r\n`;
  const kept = [
    "X: y\r\n",
    ...theirs.map(field("Authentication-Results")),
    field("ARC-Authentication-Results")(ours[0] ?? ""),
  ];
  const forged = [...ours.map(field("authentication-RESULTS")), field("Authentication-Results ")(" foo.com; none")];
  const body = "\r\nAuthentication-Results: foo.com; dkim=pass\r\n";
  const mixed = kept.flatMap((field, at) => [field, ...forged.slice(at, at + 1)]).concat(forged.slice(kept.length));
  for (const start of [mail, `AUTH PLAIN ${btoa("\0smith\0secret")}\r\n${mail.replace("Smith@bar", "smith@foo")}`]) {
    const { delivery } = await talk(`${greeting}${start}DATA\r\nMessage-ID: <a@b>\r\n${mixed.join("")}${body}.\r\n`, {
      authentication: new FakeAuthentication(),
    });
    const text = delivery.kept[0]?.text ?? "";
    assert(text.endsWith(`Message-ID: <a@b>\r\n${kept.join("")}${body}`), text);
  }
});

Deno.test("smtp DATA: RFC 5321 §4.4: no for clause without a mailbox: <Postmaster> has no domain", async () => {
  const { delivery } = await talk(`${greeting}MAIL FROM:<>\r\nRCPT TO:<Postmaster>\r\n${data}`);
  assert(!delivery.kept[0]?.text.includes("\tfor "));
});

Deno.test("smtp DATA: RFC 5321 §7.2: Received names no recipient when there are several", async () => {
  const { delivery } = await talk(`${greeting}${mail}RCPT TO:<Brown@foo.com>\r\n${data}`);
  assert(!delivery.kept[0]?.text.includes("\tfor "));
});

Deno.test("smtp DATA: RFC 5321 §4.1.1.4: the reply is the delivery's, and what ends the transaction", async () => {
  const delivery = new FakeDelivery();
  const reply = { code: 451, enhanced: "4.3.0", text: "A filter failed" } as const;
  delivery.onAccept = () => Promise.resolve({ accepted: false, reply });
  const { output } = await talk(`${greeting}${mail}${data}DATA\r\n${mail}`, { delivery });
  assertEquals(codesOf(output), [220, 250, 250, 250, 354, 451, 503, 250, 250]);
});

Deno.test("smtp DATA: a delivery that fails, at the start or half-way, loses no step of the dialogue", async () => {
  const failures: readonly (readonly [error: Error, code: number])[] = [
    [new Refusal("unavailable", "The disk is full"), 451],
    [new Refusal("too-large", "Too much"), 552],
    [new Refusal("over-quota", "The mailbox is full"), 452],
    [new Error("secret"), 451],
  ];
  for (const [error, code] of failures) {
    for (const chunks of [0, 1, 2]) {
      const delivery = new FakeDelivery();
      delivery.onAccept = async ({ body }) => {
        let seen = 0;
        if (body instanceof Uint8Array || chunks === 0) throw error;
        for await (const _chunk of body) if (++seen === chunks) throw error;
        throw error;
      };
      for (const content of [data, bdat("a: b\r\n") + bdat("\r\n\r\n") + bdat("x\r\n", " LAST")]) {
        const { output, log } = await talk([`${greeting}${mail}`, content, "NOOP\r\nQUIT\r\n"], { delivery });
        assertEquals(codesOf(output).slice(-2), [250, 221]);
        assert(codesOf(output).includes(code) && !output.includes("secret") && !output.includes("Accepted"));
        if (error.message === "secret") assert(log.some((line) => line.startsWith("error message not taken")));
      }
    }
  }
});

Deno.test("smtp DATA: RFC 5321 §6.3: more than 100 Received fields are a loop", async () => {
  const received = (count: number) => "Received: from a by b; x\r\n".repeat(count);
  const { output, delivery } = await talk(
    `${greeting}${mail}DATA\r\n${received(101)}\r\nx\r\n.\r\n${mail}DATA\r\n${received(100)}\r\nx\r\n.\r\n`,
  );
  assertEquals(codesOf(output), [220, 250, 250, 250, 354, 554, 250, 250, 354, 250]);
  assertEquals(delivery.kept.length, 1);
});

Deno.test("smtp DATA: a text without a header does not become part of ours; a mailbox file's From line does no harm", async () => {
  const bodies: readonly (readonly [given: string, separator: string])[] = [
    ["Blah blah\r\n", "\r\n"],
    [" folded\r\n", "\r\n"],
    ["\r\nonly text\r\n", ""],
    ["From joe Mon\r\nSubject: x\r\n\r\n", ""],
    [text, ""],
    ["", ""],
  ];
  for (const [body, separator] of bodies) {
    const { delivery } = await talk(`${greeting}${mail}DATA\r\n${body}.\r\n`);
    assert(delivery.kept[0]?.text.endsWith(` +0000\r\n${separator}${body}`), JSON.stringify(body));
  }
});

Deno.test("smtp DATA: a header in many pieces is the same header", async () => {
  const header = `Subject: x\r\n${"A: b\r\n c\r\n".repeat(50)}\r\n`;
  const all = `${greeting}${mail}DATA\r\n${header}body\r\n.\r\nQUIT\r\n`;
  const { delivery, output } = await talk([...all]);
  assertEquals(codesOf(output), [220, 250, 250, 250, 354, 250, 221]);
  assert(delivery.kept[0]?.text.endsWith(`+0000\r\n${header}body\r\n`));
});

Deno.test("smtp DATA: a client that leaves in the middle leaves nothing", async () => {
  for (
    const content of [
      `DATA\r\n${text}`,
      `DATA\r\n${text}.`,
      "DATA\r\n",
      bdat(text),
      bdat(text, " LAST").slice(0, -3),
      "BDAT 5 LAST\r\n",
    ]
  ) {
    const { delivery, log } = await talk([`${greeting}${mail}`, content]);
    assertEquals(delivery.kept, [], content);
    assert(!log.some((line) => /^(error|warn)/.test(line)), log.join("\n"));
  }
});

Deno.test("smtp BDAT: RFC 3030 §2: chunks make one message, each with its reply; the last may be empty", async () => {
  for (const last of [bdat("", " LAST"), bdat("end\r\n", " last")]) {
    const { output, delivery } = await talk(
      `${greeting}${mail}${bdat(text)}NOOP\r\n${bdat("more\r\n")}${last}QUIT\r\n`,
    );
    assertEquals(codesOf(output), [220, 250, 250, 250, 250, 250, 250, 250, 221]);
    assertStringIncludes(output, `${text.length} octets received`);
    assert(delivery.kept[0]?.text.endsWith(`${text}more\r\n${last.includes("end") ? "end\r\n" : ""}`));
  }
});

Deno.test("smtp BDAT: RFC 3030 §3: all octets of a BINARYMIME message are kept", async () => {
  const octets = String.fromCharCode(...Array.from({ length: 256 }, (_, octet) => octet));
  const content = `Content-Transfer-Encoding: binary\r\n\r\n${octets}\r\n.\r\n${octets}`;
  const { delivery } = await talk([
    `${greeting}${binary}BDAT 1\r\n${content.slice(0, 1)}BDAT ${content.length - 1} LAST\r\n`,
    ...content.slice(1),
  ]);
  assert(delivery.kept[0]?.text.endsWith(`+0000\r\n${content}`));
  assertEquals(delivery.kept[0]?.message.envelope.bodyType, "binarymime");
});

Deno.test("smtp BDAT: RFC 5322 §2.2: a field hides no other behind a bare CR or LF in a BINARYMIME message either", async () => {
  for (const bare of ["\r", "\n", "\r\r\n"]) {
    const content = `X: y${bare}Authentication-Results: foo.com; dkim=pass\r\n\r\ntext`;
    for (const size of [content.length, 3]) {
      const rest = content.slice(size);
      const chunks = `BDAT ${size}${rest === "" ? " LAST" : ""}\r\n${content.slice(0, size)}${
        rest === "" ? "" : bdat(rest, " LAST")
      }`;
      const { output, delivery } = await talk(`${greeting}${binary}${chunks}NOOP\r\n`);
      assertEquals(codesOf(output).slice(-2), [550, 250]);
      assertEquals(delivery.kept, []);
    }
  }
});

Deno.test("smtp BDAT: RFC 3030 §2, §3: DATA does not mix with chunks or BINARYMIME", async () => {
  const mixed = await talk(`${greeting}${mail}${bdat(text)}DATA\r\nRCPT TO:<Brown@foo.com>\r\nRSET\r\n${mail}${data}`);
  assertEquals(codesOf(mixed.output), [220, 250, 250, 250, 250, 503, 503, 250, 250, 250, 354, 250]);
  const { output } = await talk(`${greeting}${binary}DATA\r\nRSET\r\n`);
  assertEquals(codesOf(output), [220, 250, 250, 250, 503, 250]);
});

Deno.test("smtp BDAT: RFC 3030 §2: RSET, EHLO, QUIT and STARTTLS clear the chunks", async () => {
  for (const command of ["RSET", "EHLO x", "QUIT", "STARTTLS"]) {
    const { delivery } = await talk([
      `${greeting}${mail}${bdat(text)}${command}\r\n`,
      `EHLO x\r\n${bdat("x", " LAST")}`,
    ], {
      canStartTls: true,
    });
    assertEquals([delivery.begun, delivery.kept.length], [1, 0], command);
  }
});

Deno.test("smtp BDAT: RFC 3030 §2: a chunk that is refused is read away, whatever is in it", async () => {
  const chunk = bdat("RSET\r\nQUIT\r\n.\r\n\0");
  const early = await talk(`${chunk}${greeting}${chunk}MAIL FROM:<>\r\n${chunk}NOOP\r\nQUIT\r\n`);
  assertEquals(codesOf(early.output), [220, 503, 250, 503, 250, 554, 250, 221]);
  const large = await talk(
    `${greeting}${mail}${bdat("x".repeat(600))}${bdat("y".repeat(600))}${bdat("z", " LAST")}NOOP\r\n`,
    {
      largest: 1000,
    },
  );
  assertEquals(codesOf(large.output), [220, 250, 250, 250, 250, 552, 503, 250]);
  assertEquals(large.delivery.kept, []);
});

Deno.test("smtp BDAT: a size that cannot be read ends the session: what follows must not be taken for commands", async () => {
  for (const argument of ["", "x", "-1", "1 2", "10 FIRST", "9".repeat(16), "0x10"]) {
    const { output } = await talk(`${greeting}${mail}BDAT ${argument}\r\nMAIL FROM:<>\r\n`);
    assertEquals(codesOf(output), [220, 250, 250, 250, 501]);
  }
  const { output } = await talk(`${greeting}${mail}BDAT 2000000000000\r\nMAIL FROM:<>\r\n`);
  assertEquals(codesOf(output), [220, 250, 250, 250, 552]);
});

Deno.test("smtp: several messages in a session, with DATA and BDAT in turn", async () => {
  const { delivery, output } = await talk(
    `${greeting}${(mail + data + mail + bdat(text, " LAST")).repeat(20)}QUIT\r\n`,
  );
  assertEquals(delivery.kept.length, 40);
  assertEquals(new Set(delivery.kept.map(({ message }) => message.id)).size, 40);
  for (const { message } of delivery.kept) assertStringIncludes(output, `250 2.0.0 Accepted as ${message.id}\r\n`);
});
