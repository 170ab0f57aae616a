/** Design section 8: no one relays through a real server who has not authenticated, whatever transports it has. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Dialogue, dialogue, pop3Session } from "../support/plain_client.ts";
import { pluginText } from "../support/plugin_text.ts";
import { alice, bob, testServer } from "../support/test_server.ts";

/** Holds back whatever it is given: the queue can be looked at. */
const busy = pluginText(
  "transport",
  "busy",
  `() => ({ deliver: () => Promise.reject(new Error("not today")) })`,
);

async function relayingServer() {
  return await testServer({
    cleartextAuth: true,
    auth: ["plain", { use: "anonymous", options: { account: bob.address } }],
    files: { "busy.js": busy },
    transports: [{ use: "./busy.js", for: ["backup.example.net", "*"] }],
    further: { pop3: { early: true } },
  });
}

async function greeted(port: number): Promise<Dialogue> {
  const session = await dialogue(port);
  await session.line();
  await session.ask("EHLO client.example");
  return session;
}

function plain({ address, password }: { readonly address: string; readonly password: string }): string {
  return `AUTH PLAIN ${btoa(`\0${address}\0${password}`)}`;
}

/** Ways to write an address that is elsewhere as one that might be taken. */
const disguised = [
  "victim@elsewhere.example",
  "victim%elsewhere.example@backup.example.com",
  "@mail.example.org:victim@elsewhere.example",
  "victim@[192.0.2.1]",
  "victim@backup.example.net.elsewhere.example",
  '"victim@elsewhere.example,x@backup.example.net"@elsewhere.example',
];

Deno.test("relay: strangers send to local mailboxes and to domains that a transport names, and nowhere else", async () => {
  await using server = await relayingServer();
  await using smtp = await greeted(server.ports.smtp);
  for (const sender of ["kim@example.com", alice.address, ""]) {
    assertMatch(await smtp.ask(`MAIL FROM:<${sender}>`), /^250/);
    for (const address of disguised) assertMatch(await smtp.ask(`RCPT TO:<${address}>`), /^5\d\d /, address);
    assertMatch(await smtp.ask("RCPT TO:<x@backup.example.net>"), /^250/);
    assertMatch(await smtp.ask("RSET"), /^250/);
  }
  await using submission = await greeted(server.ports.submission);
  assertMatch(await submission.ask("MAIL FROM:<kim@example.com>"), /^530/);
});

Deno.test("relay: who has logged in sends anywhere, from an address of their own", async () => {
  await using server = await relayingServer();
  for (const port of [server.ports.smtp, server.ports.submission]) {
    await using smtp = await greeted(port);
    assertMatch(await smtp.ask(plain(alice)), /^235/);
    assertMatch(await smtp.ask("MAIL FROM:<kim@example.com>"), /^550 5\.7\.1/);
    assertMatch(await smtp.ask(`MAIL FROM:<${alice.address}>`), /^250/);
    assertMatch(await smtp.ask("RCPT TO:<kim@elsewhere.example>"), /^250/);
    assertMatch(await smtp.ask("DATA"), /^354/);
    assertMatch(await smtp.ask(`From: ${alice.address}\r\nSubject: x\r\n\r\nHi\r\n.`), /^250/);
  }
  const queued = await server.storage.queue();
  assertEquals(queued.map(({ domain, envelope: { sender, recipients } }) => [domain, sender, recipients]), [
    ["elsewhere.example", alice.address, ["kim@elsewhere.example"]],
    ["elsewhere.example", alice.address, ["kim@elsewhere.example"]],
  ]);
  assert(queued.every(({ envelope }) => envelope.submittedBy !== undefined));
});

Deno.test("relay: RFC 4505: who has logged in as anybody is a stranger, also after another EHLO", async () => {
  await using server = await relayingServer();
  for (const port of [server.ports.smtp, server.ports.submission]) {
    await using smtp = await greeted(port);
    assertMatch(await smtp.ask(`AUTH ANONYMOUS ${btoa("spammer")}`), /^235/);
    for (const before of ["NOOP", "EHLO client.example"]) {
      assertMatch(await smtp.ask(before), /^250/);
      assertMatch(await smtp.ask(`MAIL FROM:<${bob.address}>`), /^250/);
      assertMatch(await smtp.ask("RCPT TO:<kim@elsewhere.example>"), /^550 5\.7\.1/);
      assertMatch(await smtp.ask(`RCPT TO:<${alice.address}>`), /^250/);
      assertMatch(await smtp.ask("RSET"), /^250/);
    }
  }
});

Deno.test("relay: XTND XMIT sends for the one who has logged in, and not for anybody", async () => {
  await using server = await relayingServer();
  const port = server.furtherPorts["pop3"] ?? 0;
  const message = (from: string) => `From: ${from}\r\nTo: kim@elsewhere.example\r\nSubject: x\r\n\r\nHi\r\n.`;
  await using pop3 = await pop3Session(port, alice);
  assertMatch(await pop3.ask("XTND XMIT"), /^\+OK/);
  assertMatch(await pop3.ask(message(alice.address)), /^\+OK/);
  await using anybody = await dialogue(port);
  await anybody.line();
  assertMatch(await anybody.ask(`AUTH ANONYMOUS ${btoa("spammer")}`), /^\+OK/);
  assertMatch(await anybody.ask("XTND XMIT"), /^\+OK/);
  assertMatch(await anybody.ask(message(bob.address)), /^-ERR/);
  assertEquals((await server.storage.queue()).length, 1);
});
