/** A server inside a test: what people use to test their own mail code. */
import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import nodemailer from "nodemailer";
import { createServer } from "@quetzal/server/embedding";
import { definePlugin } from "@quetzal/server";
import { noOptions } from "../../../core/options/no_options.ts";
import { dialogue, pop3Session } from "../../support/plain_client.ts";

Deno.test("embedding: mail sent over SMTP is waited for and read, and nothing is left open afterwards", async () => {
  await using server = await createServer();
  const transport = nodemailer.createTransport({ host: "127.0.0.1", port: server.ports.smtp, ignoreTLS: true });
  await transport.sendMail({
    from: "somebody@example.net",
    to: "test@example.org",
    subject: "Grüße",
    text: "Hello",
  });
  transport.close();
  const [message] = await server.waitForMessages("test@example.org", 1);
  assertEquals(message?.subject, "Grüße");
  assertMatch(message?.text ?? "", /^Return-Path: <somebody@example\.net>\r\n/);
});

Deno.test("embedding: what is delivered directly is fetched over POP3 with a password", async () => {
  await using server = await createServer({ accounts: { "a@one.example": "pass", "b@two.example": "word" } });
  await server.deliver("b@two.example", "Subject: direct\r\n\r\nText\r\n");
  await using session = await pop3Session(server.ports.pop3, { address: "b@two.example", password: "word" });
  assertMatch(await session.ask("STAT"), /^\+OK 1 /);
  assertEquals(await server.messages("a@one.example"), []);
});

Deno.test("embedding: a catch-all takes what is sent to any address of the domain", async () => {
  await using server = await createServer({ catchAll: "test@example.org" });
  await using smtp = await dialogue(server.ports.smtp);
  await smtp.line();
  for (const said of ["EHLO x", "MAIL FROM:<>", "RCPT TO:<whoever@example.org>", "DATA"]) await smtp.ask(said);
  assertMatch(await smtp.ask("Subject: x\r\n\r\n."), /^250 /);
  assertEquals((await server.messages("test@example.org")).length, 1);
});

Deno.test("embedding: plugins are given as values, and a protocol has a port of its own", async () => {
  const qotd = definePlugin({
    apiVersion: 1,
    kind: "protocol",
    name: "qotd",
    summary: "RFC 865",
    options: noOptions,
    setup: () => ({
      async serve({ writer }) {
        writer.line("A quote");
        await writer.flush();
      },
    }),
  });
  const lines: string[] = [];
  {
    await using server = await createServer({ plugins: [qotd], log: (line) => lines.push(line) });
    await using client = await dialogue(server.pluginPorts["qotd"] ?? 0);
    assertEquals(await client.line(), "A quote");
  }
  assert(lines.some((line) => line.includes("serving")));
});

Deno.test("embedding: a transport carries what those who have logged in send to other domains", async () => {
  const carried = Promise.withResolvers<string>();
  const pager = definePlugin({
    apiVersion: 1,
    kind: "transport",
    name: "pager",
    summary: "Keeps the address",
    options: noOptions,
    setup: () => ({
      deliver({ envelope: { recipients } }) {
        carried.resolve(recipients.join());
        return Promise.resolve(new Map(recipients.map((to) => [to, { outcome: "delivered", remoteReply: "ok" }])));
      },
    }),
  });
  await using server = await createServer({ plugins: [pager] });
  await using client = await dialogue(server.ports.submission);
  await client.line();
  const login = btoa("\0test@example.org\0secret");
  for (
    const said of ["EHLO x", `AUTH PLAIN ${login}`, "MAIL FROM:<test@example.org>", "RCPT TO:<ada@elsewhere.example>"]
  ) {
    await client.ask(said);
  }
  await client.ask("DATA");
  assertMatch(await client.ask("Subject: x\r\n\r\n."), /^250 /);
  assertEquals(await carried.promise, "ada@elsewhere.example");
});

Deno.test("embedding: who waits for what does not come is told how many there are, in time", async () => {
  await using server = await createServer();
  await server.deliver("test@example.org", "Subject: one\r\n\r\n");
  await assertRejects(
    () => server.waitForMessages("test@example.org", 2, 50),
    Error,
    "test@example.org has 1 messages after 50 ms; expected 2",
  );
  await assertRejects(
    () => server.messages("nobody@example.org"),
    Error,
    "nobody@example.org is nobody's address here",
  );
});

Deno.test("embedding: a wrong configuration is explained, and leaves nothing behind", async () => {
  await assertRejects(() => createServer({ config: { limits: { mesage: "1MB" } } }), Error, "mesage");
});

Deno.test("embedding: a server within another program has one thread, and says so where several are configured", async () => {
  const lines: string[] = [];
  await using server = await createServer({ config: { workers: 2 }, log: (line) => void lines.push(line) });
  await server.deliver("test@example.org", "Subject: x\r\n\r\n");
  const said = lines.filter((line) => line.includes("workers: 2"));
  assertEquals(said.length, 1);
  assertStringIncludes(said[0] ?? "", "all sessions run in one thread: a server within another program has no others");
});
