/**
 * esmtp, which is libESMTP: it sends in chunks of 8 KiB, many at a time, and ends with one of none (RFC 3030). Not under
 * TLS: where the tickets of TLS 1.3 come before its EHLO has gone, it waits for ever.
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { latin1 } from "../../core/wire/ascii.ts";
import { type ClientHome, interopTest } from "./client.ts";
import { alice, bob, type MailServer, mailServer } from "./server.ts";

const esmtp = { name: "esmtp", packageName: "esmtp" };

const message = `From: <${alice.address}>\nSubject: chunks\nMessage-ID: <1@example.org>\n` +
  `Date: Mon, 1 Jan 2024 10:00:00 +0000\n\n.\n..\n.dot\nGrüße\n${"x".repeat(5000)}\n${
    "0123456789abcde\n".repeat(20_000)
  }`;

/** Sends as another server does. */
async function send(home: ClientHome, server: MailServer, to: readonly string[]) {
  const config = await home.write("esmtprc", `hostname = localhost:${server.ports.smtp}\nstarttls = disabled\n`);
  return await home.run(esmtp, ["-C", config, "-v", "-f", alice.address, ...to], message);
}

interopTest("esmtp: a message in many chunks arrives octet for octet", [esmtp], async (home) => {
  await using server = await mailServer();
  const { code, stdout, stderr } = await send(home, server, [bob.address]);
  assertEquals(code, 0, stderr);
  assertMatch(stdout, /Message sent: 250 Accepted as /);
  const [received = ""] = await server.inbox(bob);
  const sent = latin1(new TextEncoder().encode(message.replaceAll("\n", "\r\n")));
  assertEquals(received.slice(received.indexOf("From: ")), sent);
});

interopTest("esmtp: a recipient is refused, and it says why", [esmtp], async (home) => {
  await using server = await mailServer();
  const { code, stderr } = await send(home, server, ["nosuch@example.org"]);
  assertEquals(code, 70, stderr);
  assertStringIncludes(stderr, "nosuch@example.org: 550 There is no such mailbox here");
});
