/** The test kit shows what a plugin does, as the server would have it. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import {
  answer,
  carry,
  definePlugin,
  encodeUtf8,
  integer,
  judge,
  logIn,
  noOptions,
  options,
  place,
  playCommand,
  playProtocol,
} from "@quetzal/server/testing";

Deno.test("kit: a protocol is played against a transcript, and what it says otherwise is told with the line", async () => {
  const echo = definePlugin({
    apiVersion: 1,
    kind: "protocol",
    name: "echo",
    summary: "Says what it hears",
    options: options({ most: integer(1) }),
    setup: (_context, { most }) => ({
      async serve({ reader, writer }) {
        for (let line = await reader.readLine(most); line !== undefined; line = await reader.readLine(most)) {
          writer.line(new TextDecoder().decode(line));
          await writer.flush();
        }
      },
    }),
  });
  await playProtocol(echo, "C: hello\nS: hello\nclose", { options: { most: 100 } });
  await assertRejects(
    () => playProtocol(echo, "C: hello\nS: good bye", { options: { most: 100 } }),
    Error,
    "line 2 of the transcript: expected good bye, got hello",
  );
  await assertRejects(() => playProtocol(echo, "", { options: { most: 0 } }), Error, "most");
});

Deno.test("kit: a filter judges a message on its way through the real delivery", async () => {
  const strict = definePlugin({
    apiVersion: 1,
    kind: "filter",
    name: "strict",
    summary: "Refuses what has no subject, stamps the rest",
    options: noOptions,
    setup: () => ({
      async message(_facts, _envelope, message) {
        const subject = await message.field("Subject");
        if (subject !== undefined) return { action: "continue", addHeaders: [["X-Subject", subject.toUpperCase()]] };
        return { action: "reject", reply: { code: 550, enhanced: "5.7.1", text: "Say what it is about" } };
      },
    }),
  });
  const stamped = await judge(strict, { message: "Subject: tea\n\nText\n" });
  assert(stamped.accepted);
  assertMatch(stamped.copies[0]?.text ?? "", /^X-Subject: TEA\r\n/m);
  assertEquals(await judge(strict, { message: "From: a@example.org\n\n" }), {
    accepted: false,
    stage: "message",
    reply: { code: 550, enhanced: "5.7.1", text: "Say what it is about" },
  });
});

Deno.test("kit: an extension places a copy, and adds a command", async () => {
  const both = definePlugin({
    apiVersion: 1,
    kind: "extension",
    name: "both",
    summary: "Files mail of robots, and tells the time",
    options: noOptions,
    setup: ({ now }) => ({
      place: ({ envelope }) =>
        Promise.resolve(envelope.sender === "" ? { action: "file", mailbox: "Robots", create: true } : undefined),
      pop3Commands: [{
        keyword: "XTIME",
        capability: "XTIME",
        states: ["transaction"],
        run: () => ({ ok: true, text: now().toISOString() }),
      }],
    }),
  });
  const placed = await place(both, { from: "" });
  assert(placed.accepted);
  assertEquals(placed.copies.map(({ mailbox }) => mailbox), ["Robots"]);
  await playCommand(
    "pop3",
    both,
    `
    S: +OK {{any}}
    C: USER test@example.org
    S: +OK{{any}}
    C: PASS secret
    S: +OK{{any}}
    C: XTIME
    S: +OK 2026-01-02T03:04:05.000Z
    C: QUIT
    S: +OK{{any}}
  `,
    { now: () => new Date("2026-01-02T03:04:05Z") },
  );
});

Deno.test("kit: a mechanism is driven as the server drives it", async () => {
  const riddle = definePlugin({
    apiVersion: 1,
    kind: "auth",
    name: "x-riddle",
    summary: "Asks for the password backwards",
    options: noOptions,
    setup: () => ({
      mechanism: "X-RIDDLE",
      first: "server",
      needs: "plain",
      revealsPassword: true,
      async *exchange({ secret }) {
        const login = new TextDecoder().decode(yield encodeUtf8("who?"));
        const backwards = new TextDecoder().decode(yield encodeUtf8("what?"));
        const kept = await secret(login, "plain");
        return kept !== undefined && [...kept.password].reverse().join("") === backwards
          ? { status: "success", account: kept.account }
          : { status: "failure", reason: "credentials" };
      },
    }),
  });
  const right = await logIn(riddle, ["test@example.org", (challenge) => challenge === "what?" ? "terces" : ""]);
  assertEquals([right.challenges, right.end?.state], [["who?", "what?"], "authenticated"]);
  assertEquals((await logIn(riddle, ["test@example.org", "secret"])).end?.state, "refused");
  assertEquals((await logIn(riddle, ["test@example.org"])).end, undefined);
});

Deno.test("kit: a transport carries a message, and an HTTP plugin answers", async () => {
  const hole = definePlugin({
    apiVersion: 1,
    kind: "transport",
    name: "hole",
    summary: "Takes everything",
    options: noOptions,
    setup: () => ({
      deliver: ({ envelope }, { size }) =>
        Promise.resolve(
          new Map(envelope.recipients.map((to) => [to, { outcome: "delivered", remoteReply: `${size} octets` }])),
        ),
    }),
  });
  assertEquals(await carry(hole, { message: "x: y\r\n\r\n", to: ["a@b.example"] }), {
    "a@b.example": { outcome: "delivered", remoteReply: "8 octets" },
  });
  const greeter = definePlugin({
    apiVersion: 1,
    kind: "http",
    name: "greeter",
    summary: "Greets",
    options: noOptions,
    setup: () => ({
      routes: [{
        method: "GET",
        path: "/hello/:name",
        handle: (_request, { name }) => new Response(`Hello, ${name}`),
      }],
    }),
  });
  const greeting = await answer(greeter, new Request("http://localhost/hello/you"));
  assertEquals(await greeting?.text(), "Hello, you");
  assertEquals(await answer(greeter, new Request("http://localhost/else")), undefined);
});
