/**
 * Mail servers of others send to ours as they send to any: their queues, chunks, pipelines, TLS, bounces and second tries.
 * They can be started by root only, since they change users.
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { selfSigned } from "../../core/commands/self_signed.ts";
import { latin1 } from "../../core/wire/ascii.ts";
import { type ClientHome, interopTest, patience } from "./client.ts";
import { eximServer, type MailServerProgram, postfixServer, type Sender } from "./mail_servers.ts";
import { alice, bob, type MailServer, mailServer } from "./server.ts";

const header = `From: <${bob.address}>\nTo: <${alice.address}>\nDate: Mon, 1 Jan 2024 10:00:00 +0000\n`;
const mime = "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n";
const texts: readonly string[] = [
  `Subject: dots\n${header}Message-ID: <1@example.org>\n\n.\n..\n.one\nend.\n.\n`,
  `Subject: 8 bits\n${header}Message-ID: <2@example.org>\n${mime}\nGrüße\n`,
  `Subject: long\n${header}Message-ID: <3@example.org>\n\n${"x".repeat(20_000)}\n.${"y".repeat(998)}\n`,
  `Subject: blanks\n${header}Message-ID: <4@example.org>\n\nend \t\n\n\n`,
  `Subject: much\n${header}Message-ID: <5@example.org>\n\n${"0123456789abcde\n".repeat(100_000)}`,
];

/** Defers the first RCPT for carol. */
const deferring = `let seen = false;
export default {
  apiVersion: 1, kind: "filter", name: "deferring", summary: "Defers one recipient once",
  options: { "~standard": { version: 1, vendor: "none", validate: (value) => ({ value }) } },
  setup: () => ({
    async recipient(_facts, recipient) {
      if (seen || !recipient.startsWith("carol")) return { action: "continue" };
      seen = true;
      return { action: "defer", reply: { code: 451, enhanced: "4.7.1", text: "Come again" } };
    },
  }),
};`;

const carol = { address: "carol@example.org", password: "secret of carol" };
const joerg = { address: "jörg@example.org", password: "secret of jörg" };

function accountsOf(
  ...owners: readonly { readonly address: string; readonly password: string }[]
): Record<string, string> {
  return Object.fromEntries(owners.map(({ address, password }) => [address, password]));
}

/** Waits until it is true, but not without end; asks the sender to go on meanwhile. */
async function until(what: () => Promise<boolean>, sender: Sender): Promise<void> {
  const end = performance.now() + patience;
  while (!await what()) {
    if (performance.now() > end) throw new Error(`this has not come:\n${await sender.log()}`);
    await sender.deliver();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function authority(home: ClientHome, text: string): Promise<string> {
  const path = await home.write("authority.pem", text);
  await Deno.chmod(path, 0o644);
  return path;
}

function onWire(text: string): string {
  return latin1(new TextEncoder().encode(text.replaceAll("\n", "\r\n")));
}

/** The connection of each message that was taken. */
function connections({ log }: MailServer): unknown[] {
  return log.filter(({ message }) => message === "message delivered").map(({ connection }) => connection);
}

function tests(name: string, { programs, start }: MailServerProgram): void {
  interopTest(
    `${name}: what it sends arrives octet for octet, several messages in a connection`,
    programs,
    async (home) => {
      await using server = await mailServer({ accounts: accountsOf(alice, joerg) });
      await using sender = await start(home, { port: server.ports.smtp });
      for (const text of texts) await sender.submit(bob.address, [alice.address], text);
      await until(() => Promise.resolve(connections(server).length === texts.length), sender);
      const got = await server.inbox(alice);
      assertEquals(got.map((message) => message.slice(message.indexOf("Subject: "))).sort(), texts.map(onWire).sort());
      assert(new Set(connections(server)).size < texts.length, "no connection brought several messages");

      // Alone: in a connection that another process has left to it, Exim does not know that SMTPUTF8 is offered.
      await sender.submit(joerg.address, [joerg.address], texts[1] ?? "");
      await until(async () => (await server.inbox(joerg)).length === 1, sender);
      const [message = ""] = await server.inbox(joerg);
      assertStringIncludes(message, onWire(`Return-Path: <${joerg.address}>\n`));
      assertMatch(message, /\r\n\tby mail\.example\.org with UTF8SMTP id /);
    },
  );

  interopTest(`${name}: a refusal comes back as a bounce, a deferred message comes again`, programs, async (home) => {
    await using server = await mailServer({
      accounts: accountsOf(alice, bob, carol),
      files: { "deferring.mjs": deferring },
      filters: ["./deferring.mjs"],
    });
    await using sender = await start(home, { port: server.ports.smtp });
    const [text = ""] = texts;
    await sender.submit(bob.address, [alice.address, "nosuch@example.org", carol.address], text);
    const owners = [alice, bob, carol];
    const counts = () => Promise.all(owners.map(async (owner) => (await server.inbox(owner)).length));
    await until(async () => (await counts()).every((count) => count > 0), sender);
    assertEquals(await counts(), [1, 1, 1]);
    const [bounce = ""] = await server.inbox(bob);
    assertMatch(bounce, /^Return-Path: <>\r\n/);
    assertMatch(bounce, /^Content-Type: message\/delivery-status\r\n/im);
    assertMatch(bounce, /^Final-Recipient: rfc822; ?nosuch@example\.org\r\n/im);
    assertMatch(bounce, /^Diagnostic-Code: smtp; 550 5\.1\.1 /m);
    assertStringIncludes(await sender.log(), "451 4.7.1 Come again");
  });

  interopTest(
    `${name}: after STARTTLS, with a certificate that it trusts and with none other`,
    programs,
    async (home) => {
      await using server = await mailServer();
      const other = (await selfSigned(["localhost"], new Date())).certificate;
      const [text = ""] = texts;
      {
        await using stranger = await start(home, { port: server.ports.smtp, authority: await authority(home, other) });
        await stranger.submit(bob.address, [alice.address], text);
        await until(
          async () => /certificate.*(?:invalid|not verified)/.test(await stranger.log()),
          stranger,
        );
        assertEquals(await server.inbox(alice), []);
      }
      const trusted = await authority(home, await Deno.readTextFile(server.certificate));
      await using sender = await start(home, { port: server.ports.smtp, authority: trusted });
      await until(async () => (await server.inbox(alice)).length === 1, sender);
      assertMatch((await server.inbox(alice))[0] ?? "", /\r\n\tby mail\.example\.org with ESMTPS id /);
    },
  );
}

const missing = Deno.uid() === 0 ? undefined : "they can be started by root only";
if (missing !== undefined) console.warn(`NOT RUN: tests with mail servers that send, since ${missing}`);
else {
  tests("Exim", eximServer);
  tests("Postfix", postfixServer);
}
