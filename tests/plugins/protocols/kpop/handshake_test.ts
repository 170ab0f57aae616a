/** What comes before the greeting: every octet of it, every client that there was, and whatever else may come. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import * as fc from "fast-check";
import { openTicketAcceptor } from "../../../../core/kerberos/ticket_acceptor.ts";
import { latin1, latin1Bytes } from "../../../../core/wire/ascii.ts";
import { printKrbError } from "../../../../plugins/protocols/kpop/krb_error.ts";
import { fakeConnection } from "../../../support/fake_connection.ts";
import { encodeHex } from "../../../support/hex.ts";
import { kerberosFolder, kerberosTest } from "../../../support/kerberos.ts";
import { TestClock } from "../../../support/test_clock.ts";
import { talk } from "../pop3/talk.ts";
import { capturedAt, capturedKey, capturedReply, capturedRequest, capturedVersions } from "./capture.ts";
import { accepted, kpopService, message, versions } from "./talk.ts";

const ticket = message("ticket of mrose@MIT.EXAMPLE");
const greeting = "+OK POP3 server ready\r\n";

/** All that a client is told. */
async function told(input: string | readonly string[], given: Parameters<typeof kpopService>[0] = {}): Promise<string> {
  return (await talk(kpopService(given), input)).output;
}

kerberosTest("kpop: a captured session is served, octet by octet as it was but for what is random", async () => {
  using home = kerberosFolder([capturedKey]);
  await using acceptor = await openTicketAcceptor({ keytab: home.keytab, service: "pop" });
  const tested = kpopService({ acceptor, now: () => capturedAt });
  const { output } = await talk(tested, [latin1(capturedVersions), latin1(capturedRequest), "QUIT\r\n"]);
  const captured = latin1(capturedReply);
  // No error, the length of the AP-REP, and the AP-REP as far as its cipher.
  assertEquals(output.slice(0, 1 + 8 + 27), `\0${captured.slice(0, 8 + 27)}`);
  assertEquals(output.slice(1 + 8 + 85), `${greeting}+OK dewey POP3 server signing off\r\n`);
});

Deno.test("kpop: both versions are read before the one octet that answers them", async () => {
  const sendauth = message("KRB5_SENDAUTH_V1.0\0"), application = message("KPOPV1.0\0");
  assertEquals(await told(sendauth), "");
  assertEquals(await told(sendauth + application.slice(0, -1)), "");
  assertEquals(await told([sendauth, application]), "\0");
  assertEquals(
    await told([sendauth.slice(0, 3), sendauth.slice(3) + application.slice(0, 5), application.slice(5)]),
    "\0",
  );
});

Deno.test("kpop: versions are compared exactly, NUL included: 1 for the exchange, also where both are wrong, 2 for the application", async () => {
  const sendauth = message("KRB5_SENDAUTH_V1.0\0"), application = message("KPOPV1.0\0");
  for (const wrong of ["KRB5_SENDAUTH_V1.0", "KRB5_SENDAUTH_V1.1\0", "krb5_sendauth_v1.0\0", "", "x".repeat(64)]) {
    assertEquals(await told(message(wrong) + application + ticket), "\x01", wrong);
    assertEquals(await told(message(wrong) + message("justjunk\0")), "\x01", wrong);
  }
  for (const wrong of ["KPOPV1.0", "KPOPV0.1\0", "justjunk\0", "KRB5_sample_protocol_v1.0\0", "", "x".repeat(64)]) {
    assertEquals(await told(sendauth + message(wrong) + ticket), "\x02", wrong);
  }
});

Deno.test("kpop: without mutual authentication there is no AP-REP; with it, it comes after the empty message", async () => {
  assertEquals(await told([versions, ticket]), accepted + greeting);
  const mutual = await told([versions, message("mutual ticket of mrose@MIT.EXAMPLE")]);
  assertEquals(mutual, accepted + message("reply to mrose@MIT.EXAMPLE") + greeting);
});

Deno.test("kpop: Eudora on the Mac sends versions and ticket as one buffer, and waits for nothing", async () => {
  assertEquals(await told(versions + ticket), accepted + greeting);
});

Deno.test("kpop: Heimdal's push sends USER, PASS and STAT before it has read the greeting", async () => {
  const commands = "USER mrose\r\nPASS hej\r\nSTAT\r\n";
  const answers = "+OK send PASS\r\n+OK maildrop has 2 messages (320 octets)\r\n+OK 2 320\r\n";
  assertEquals(await told([versions, ticket + commands]), accepted + greeting + answers);
  assertEquals(await told(versions + ticket + commands), accepted + greeting + answers);
});

Deno.test("kpop: the answer to a ticket and the greeting go out together", async () => {
  const { writes } = await talk(kpopService(), versions + ticket);
  assertEquals(writes, 2);
});

Deno.test("kpop: RFC 4120 §5.9.1: a ticket that is refused gets a KRB-ERROR, and no greeting", async () => {
  const tested = kpopService();
  const { output } = await talk(tested, [versions, message("another ticket"), "CAPA\r\n"]);
  const error = printKrbError({
    ...{ code: 37, at: new Date("2026-11-24T07:00:00Z") },
    server: { components: ["pop", "dewey"], realm: "MIT.EXAMPLE" },
  });
  assertEquals(output, `\0${message(latin1(error))}`);
  // Why exactly is in the log, and only there.
  assert(!output.includes("secret"));
  assert(tested.log.lines.some((line) => line.includes("a secret of the keytab")));
});

Deno.test("kpop: what the server itself cannot do is a generic error for the client, and an error in the log", async () => {
  const tested = kpopService();
  const { output } = await talk(tested, [versions, message("unreadable keytab")]);
  assertStringIncludes(output, "Generic error\0");
  assert(!output.includes("/etc"));
  assertEquals(tested.log.lines.filter((line) => line.startsWith("error")).length, 1);
});

Deno.test("kpop: Kerberos 4 is recognised, and refused in words", async () => {
  const greeting4 = "AUTHV0.1KPOPV0.1\0\0\0\x20\x04\x06rest of a ticket";
  const answer = "-ERR Kerberos 4 is not spoken here: this server takes tickets of Kerberos 5 (KPOPV1.0)\r\n";
  assertEquals([await told(greeting4), await told(["AU", "TH"])], [answer, answer]);
});

Deno.test("kpop: who sends text is told what this port is; who sends anything else is told nothing", async () => {
  const answer = "-ERR this is the port of Kerberized POP: a ticket comes first\r\n";
  for (const text of ["USER mrose\r\n", "QUIT\r\n", "CAPA\r\n", "GET / HTTP/1.1\r\n\r\n"]) {
    assertEquals(await told(text), answer);
  }
  for (
    const octets of ["\x16\x03\x01\x02\0\x01\0\x01\xfc", "\xff\xff\xff\xff", "\0\0\0\x41", "\x80\0\0\0", "\r\n\r\n"]
  ) {
    assertEquals(await told(octets), "", encodeHex(latin1Bytes(octets)));
  }
});

Deno.test("kpop: lengths of 4 GB take no memory and no ticket is looked at", async () => {
  const huge = "\xff\xff\xff\xff";
  const tested = kpopService();
  for (const input of [huge, message("KRB5_SENDAUTH_V1.0\0") + huge, `${versions}${huge}`, `${versions}\0\x01\0\x01`]) {
    await talk(tested, input);
  }
  assertEquals(tested.seen, []);
  // RFC 4120 §7.5.9: KRB_ERR_FIELD_TOOLONG.
  assertStringIncludes(await told(`${versions}\0\x01\0\x01`), "Field is too long for this implementation\0");
  await talk(tested, versions + message("x".repeat(65_536)));
  assertEquals(tested.seen.map(({ length }) => length), [65_536]);
});

Deno.test("kpop: a client that ends anywhere in the handshake leaves nothing behind but a line at debug", async () => {
  const whole = versions + ticket;
  for (let length = 0; length < whole.length; length++) {
    const tested = kpopService();
    const { output } = await talk(tested, whole.slice(0, length));
    assertEquals(output, length < versions.length ? "" : "\0", `${length}`);
    assertEquals(tested.log.lines.filter((line) => !line.startsWith("debug client broke off")), [], `${length}`);
  }
});

Deno.test("kpop: all of the handshake has one minute, however the octets come", async () => {
  for (const sent of ["", "\0\0\0", versions.slice(0, 20), versions, versions + ticket.slice(0, 9)]) {
    const clock = new TestClock(), tested = kpopService({ now: () => new Date(clock.now()) });
    const { connection, client } = fakeConnection({ clock, log: tested.log });
    const served = tested.serve(connection, new AbortController().signal);
    client.send(sent);
    while (!client.isAwaited) await client.changed;
    clock.advance(30_000);
    // One octet more does not prolong it.
    const whole = versions + ticket;
    client.send(whole[sent.length] ?? "");
    while (!client.isAwaited) await client.changed;
    clock.advance(29_000);
    assert(!client.isClosed);
    clock.advance(1_001);
    await served;
    assert(tested.log.lines.some((line) => line.startsWith("info client was too slow")), sent);
  }
});

Deno.test("kpop: a large ticket that makes progress all the time has the same minute", async () => {
  const clock = new TestClock(), tested = kpopService({ now: () => new Date(clock.now()) });
  const { connection, client } = fakeConnection({ clock, log: tested.log });
  const served = tested.serve(connection, new AbortController().signal);
  client.send(`${versions}\0\0\xff\xff`);
  for (let second = 0; second < 60; second += 20) {
    while (!client.isAwaited) await client.changed;
    client.send("x".repeat(5000));
    while (!client.isAwaited) await client.changed;
    clock.advance(20_000);
  }
  await served;
  assertEquals([clock.now(), tested.seen], [60_000, []]);
});

Deno.test("kpop: a ticket that comes octet by octet in time is taken, and the session then has POP3's own patience", async () => {
  const clock = new TestClock(), tested = kpopService({ now: () => new Date(clock.now()) });
  const { connection, client } = fakeConnection({ clock, log: tested.log });
  const served = tested.serve(connection, new AbortController().signal);
  for (const octet of versions + ticket) {
    while (!client.isAwaited) await client.changed;
    client.send(octet);
  }
  while (!client.received.includes(greeting)) await client.changed;
  while (!client.isAwaited) await client.changed;
  clock.advance(599_000);
  client.send("NOOP\r\nQUIT\r\n");
  await served;
  assertStringIncludes(client.received, "signing off");
});

Deno.test("kpop: when the server stops, who has not shaken hands is let go at once", async () => {
  const stop = new AbortController(), tested = kpopService();
  const { connection, client } = fakeConnection({ stop: stop.signal, log: tested.log });
  const served = tested.serve(connection, stop.signal);
  client.send(versions);
  while (!client.isAwaited) await client.changed;
  stop.abort();
  await served;
  assert(client.isClosed);
});

Deno.test("kpop: the option allow keeps others out, before a word is said", async () => {
  const tested = kpopService({ options: { allow: ["192.0.2.0/24"] } });
  const outside = await talk(tested, versions + ticket, { peer: "198.51.100.1" });
  assertEquals([outside.output, tested.seen], ["", []]);
  assertEquals((await talk(tested, versions + ticket, { peer: "192.0.2.77" })).output, accepted + greeting);
});

Deno.test("kpop fuzz: whatever comes from the first octet on, the session ends, nothing is opened and nothing is the server's fault", async () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 40 }).map(latin1),
    fc.constantFrom(versions, versions.slice(0, 23), versions.slice(23), ticket, ticket.slice(4)),
    fc.constantFrom("\0\0\0\0", "\0\0\0\x13", "\xff\xff\xff\xff", "AUTH", "USER mrose\r\n", "PASS x\r\n", "DELE 1\r\n"),
    fc.uint8Array({ maxLength: 90 }).map((octets) => message(latin1(octets))),
    fc.constant(message("mutual ticket of eve@EVIL.EXAMPLE")),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 8 }), fc.boolean(), async (pieces, atOnce) => {
      const tested = kpopService();
      const { output } = await talk(tested, atOnce ? pieces.join("") : pieces.filter((piece) => piece !== ""));
      // No greeting without a ticket that somebody had looked at.
      assertEquals(output.includes(greeting), tested.seen.some((text) => /^(mutual )?ticket of .+@/.test(text)));
      assertEquals(tested.maildrops.locked.size, 0);
      assert(!tested.log.lines.some((line) => line.startsWith("error")));
    }),
    { numRuns: 500 },
  );
});
