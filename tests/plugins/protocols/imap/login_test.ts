/** Logins and STARTTLS (RFC 9051 §6.2, RFC 4959). */
import { assert, assertEquals } from "@std/assert";
import { fred, password, talk, testService } from "./talk.ts";

const plain = (login: string, secret: string) => btoa(`\0${login}\0${secret}`);

Deno.test("imap: RFC 9051 §6.2.2: cancelled and malformed are BAD, unknown and wrong are NO, and another try may follow", async () => {
  const service = await testService();
  const lines = await talk(
    service,
    "a AUTHENTICATE CRAM-MD5 AAAA\r\nb AUTHENTICATE PLAIN =AAA\r\nc AUTHENTICATE PLAIN\r\n*\r\nd AUTHENTICATE PLAIN\r\nAAA=BBB\r\n" +
      `e AUTHENTICATE KERBEROS_V4\r\nf AUTHENTICATE PLAIN a b\r\ng AUTHENTICATE "PLAIN"\r\nh AUTHENTICATE PLAIN =\r\n` +
      `i AUTHENTICATE PLAIN ${plain(fred, "wrong")}\r\nj AUTHENTICATE PLAIN\r\n${plain(fred, password)}\r\nk NOOP\r\n`,
  );
  assertEquals(lines.slice(1).map((line) => line.replace(/\[CAPABILITY .*?\] /, "")), [
    "a BAD This mechanism takes no initial response",
    "b BAD The response is malformed",
    "+ ",
    "c BAD Cancelled",
    "+ ",
    "d BAD The response is malformed",
    "e NO [CANNOT] There is no such mechanism",
    "f BAD Expected the end of the command at octet 22",
    "g BAD Expected the name of a mechanism at octet 15",
    "h BAD The response is malformed",
    "i NO [AUTHENTICATIONFAILED] Wrong name or password",
    "+ ",
    "j OK Logged in",
    "k OK Nothing done",
  ]);
});

Deno.test("imap: RFC 4959 §3: initial responses of any length are taken, and lines without end are not", async () => {
  const service = await testService();
  const long = "QUFB".repeat(12_000), longer = "QUFB".repeat(20_000);
  const lines = await talk(
    service,
    `a AUTHENTICATE PLAIN ${long}\r\nb AUTHENTICATE PLAIN ${longer}\r\nc AUTHENTICATE PLAIN\r\n${longer}\r\nd LOGIN ${fred} ${password}\r\n`,
  );
  assertEquals(lines.slice(1, -1), [
    "a BAD The response is malformed",
    "b BAD [TOOBIG] The line is too long",
    "+ ",
    "c BAD [TOOBIG] The line is too long",
  ]);
  assert(lines.at(-1)?.startsWith("d OK "));
});

Deno.test("imap: RFC 5530 §3: an unknown user and a wrong password look the same", async () => {
  const service = await testService();
  const [, wrong, unknown] = await talk(service, `a LOGIN ${fred} wrong\r\na LOGIN nobody@example.org wrong\r\n`);
  assertEquals(wrong, unknown);
  assertEquals(wrong, "a NO [AUTHENTICATIONFAILED] Wrong name or password");
});

Deno.test("imap: RFC 9051 §6.2.3: names and passwords are astrings, in quotes, in literals, in UTF-8", async () => {
  const service = await testService();
  for (
    const login of [
      `"${fred}" "${password}"`,
      `{16+}\r\n${fred} {6+}\r\n${password}`,
      `${fred} "sec\\ret"`,
      `${fred} ""`,
    ]
  ) {
    const [, reply = ""] = await talk(service, `a LOGIN ${login}\r\n`);
    assert(
      reply.startsWith(login.includes("\\r") ? "a BAD" : login.endsWith('""') ? "a NO" : "a OK"),
      `${login}: ${reply}`,
    );
  }
  assert((await talk(service, `a LOGIN ${fred} "\xff"\r\n`))[1]?.startsWith("a BAD"));
  assert((await talk(service, `a LOGIN ${fred} {3+}\r\nx\0y\r\n`))[1]?.startsWith("a BAD"));
});

Deno.test("imap: RFC 9051 §6.2.1: what came in clear text before TLS counts no more, and TLS begins once", async () => {
  const service = await testService({ cleartextAuth: false });
  const [, ...lines] = await talk(service, [
    `a STARTTLS\r\nb LOGIN ${fred} ${password}\r\nc NOOP\r\n`,
    `d STARTTLS\r\ne LOGIN ${fred} ${password}\r\nf STARTTLS\r\n`,
  ], { startTls: true });
  assertEquals(lines.map((line) => line.replace(/\[CAPABILITY .*?\] /, "")), [
    "a OK Begin TLS",
    "d BAD TLS is active already",
    "e OK Logged in",
    "f BAD Not once you have logged in",
  ]);
  assertEquals((await talk(service, "a STARTTLS\r\n", { tls: true })).slice(1), ["a BAD TLS is active already"]);
  assertEquals((await talk(service, "a STARTTLS\r\n")).slice(1), ["a BAD TLS is not offered here"]);
});
