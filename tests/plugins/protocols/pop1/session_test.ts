/** The rules of RFC 918. */
import { assert, assertEquals } from "@std/assert";
import plugin from "../../../../plugins/protocols/pop1/plugin.ts";
import { fakeConnection } from "../../../support/fake_connection.ts";
import { converse, unwritable } from "../mail_context.ts";
import { pop1 } from "./serve.ts";

const one = "From: joe@example.org\r\nDate: Wed, 4 Nov 2026 08:08:09 +0100\r\n\r\none\r\n";
const two = "A: 2\n\n.two\nFrom here\n+OK";
const mail = { INBOX: [one, two], Work: [two], Empty: [] };
const inbox = [one, two];
const login = "USER smith\r\nPASS secret\r\n";

/** The mailbox as it is sent. */
const sent = `From joe@example.org Wed Nov  4 07:08:09 2026\r\n${one}\r\n` +
  "From MAILER-DAEMON Thu Jan  1 00:00:00 1970\r\nA: 2\r\n\r\n.two\r\n>From here\r\n+OK\r\n\r\n";

/** What came after the answer to PASS. */
async function after(commands: string, given: Parameters<typeof pop1>[0] = { mail }): Promise<string> {
  const { serve } = await pop1(given);
  return (await converse(serve, login + commands)).split("\r\n").slice(3).join("\r\n");
}

Deno.test("pop1: RFC 918, RETR: the whole mailbox is sent, as many characters as were told, and nothing after them", async () => {
  const { serve, content } = await pop1({ mail });
  const received = await converse(serve, `${login}RETR inbox\r\nRCEV\r\nRCVD\r\nQUIT\r\n`);
  assertEquals(received, `+OK POP server ready\r\n+OK\r\n+OK\r\n#${sent.length}\r\n${sent}+OK\r\n+OK\r\n`);
  assertEquals(await content(), inbox);
});

Deno.test("pop1: RFC 918, RDEL: what was sent is removed by RCVD; what came meanwhile stays", async () => {
  const { serve, content, storage, account, isUnlocked } = await pop1({ mail });
  const { connection, client } = fakeConnection();
  const served = serve(connection, new AbortController().signal).finally(() => connection.close());
  client.send(`${login}RDEL inbox\r\nRCEV\r\n`);
  for (let lines = 0; lines < 4; lines++) await client.readLine();
  assertEquals(await client.readExactly(sent.length), sent);
  const body = await storage.writeBody(new TextEncoder().encode("late\r\n"));
  await storage.apply([
    { do: "deliver", account, mailboxName: "INBOX", body, details: { receivedAt: new Date(), flags: [] } },
  ]);
  assertEquals(await content(), [...inbox, "late\r\n"]);
  client.send("RCVD\r\nQUIT\r\n");
  await served;
  assertEquals([client.unread, await content(), await isUnlocked()], ["+OK\r\n+OK\r\n", ["late\r\n"], true]);
});

Deno.test("pop1: RFC 918, RDEL: without RCVD nothing is removed, however the session ends", async () => {
  for (const end of ["", "QUIT\r\n", "RSET\r\nQUIT\r\n"]) {
    const { serve, content, isUnlocked } = await pop1({ mail });
    await converse(serve, `${login}RDEL inbox\r\nRCEV\r\n${end}`);
    assertEquals([await content(), await isUnlocked()], [inbox, true]);
  }
});

Deno.test("pop1: RFC 918, Diagram: commands have their states, and others are refused", async () => {
  const reached = {
    greeted: "",
    named: "USER smith\r\n",
    refused: "USER smith\r\nPASS wrong\r\n",
    ready: login,
    opened: `${login}RETR inbox\r\n`,
    sent: `${login}RETR inbox\r\nRCEV\r\n`,
  };
  const commands: Readonly<Record<string, readonly string[]>> = {
    "USER smith": ["greeted"],
    "PASS secret": ["named"],
    "RETR Work": ["ready"],
    "RDEL Work": ["ready"],
    "RCEV": ["opened"],
    "RECV": ["opened"],
    "RCVD": ["sent"],
    "RSET": ["ready", "opened", "sent"],
    "NOOP": ["ready"],
    "QUIT": ["greeted", "named", "refused", "ready", "opened", "sent"],
    "STAT": [],
    "": [],
  };
  for (const [state, before] of Object.entries(reached)) {
    for (const [command, states] of Object.entries(commands)) {
      const { serve, content, isUnlocked } = await pop1({ mail });
      const start = (await converse(serve, before)).length;
      const answer = (await converse(serve, `${before}${command}\r\n`)).slice(start);
      assertEquals(answer.startsWith("-ERR "), !states.includes(state), `${command} in ${state}: ${answer}`);
      assertEquals([await content(), await isUnlocked()], [inbox, true]);
    }
  }
});

Deno.test("pop1: RFC 918: commands have an argument where they need one, and none where they do not", async () => {
  const received = await after("RETR\r\nRETR \r\nNOOP x\r\nRSET x\r\nQUIT now\r\nNOOP\r\n");
  assertEquals(received.split("\r\n").map((line) => line.slice(0, 4)), [...Array(5).fill("-ERR"), "+OK", ""]);
});

Deno.test("pop1: a wrong password and an unknown user get the same answer, and no second try", async () => {
  for (const [name, password] of [["smith", "wrong"], ["nobody", "secret"]]) {
    const { serve, log } = await pop1({ mail });
    const received = await converse(serve, `USER ${name}\r\nPASS ${password}\r\n${login}QUIT\r\n`, { log });
    assertEquals(received.split("\r\n").map((line) => line.slice(0, 20)), [
      "+OK POP server ready",
      "+OK",
      "-ERR invalid login o",
      "-ERR not now, or not",
      "-ERR not now, or not",
      "+OK",
      "",
    ]);
    assert(!log.lines.some((line) => /wrong|secret/.test(line)));
  }
});

Deno.test("pop1: a password may hold spaces", async () => {
  const { serve } = await pop1({ password: "a  b" });
  assert((await converse(serve, "user smith\r\npass a  b\r\nretr Inbox\r\n")).endsWith("\r\n#0\r\n"));
});

Deno.test("pop1: other mailboxes are read by their names; those that are not there are refused", async () => {
  const received = await after("RETR Work\r\nRSET\r\nRETR Empty\r\nRCEV\r\nRCVD\r\nRETR Nothing\r\nQUIT\r\n");
  const size = sent.length - sent.indexOf("From MAILER");
  assertEquals(received, `#${size}\r\n+OK\r\n#0\r\n+OK\r\n-ERR there is no such mailbox\r\n+OK\r\n`);
});

Deno.test("pop1: a mailbox that another session has open is refused", async () => {
  const { serve, storage, account } = await pop1({ mail });
  await using _lock = await storage.lockMaildrop(account) ?? fail();
  const received = await converse(serve, `${login}RDEL inbox\r\nQUIT\r\n`);
  assert(received.endsWith("\r\n-ERR mailbox in use by another session\r\n+OK\r\n"));
});

function fail(): never {
  throw new Error("the maildrop is locked");
}

Deno.test("pop1: where a message is removed before it was sent the connection closes: what was told was another size", async () => {
  const { serve, storage, account } = await pop1({ mail });
  const { connection, client } = fakeConnection();
  const served = serve(connection, new AbortController().signal).finally(() => connection.close());
  client.send(`${login}RDEL inbox\r\n`);
  for (let lines = 0; lines < 4; lines++) await client.readLine();
  const mailbox = await storage.mailboxByName(account, "INBOX") ?? fail();
  await storage.apply([{ do: "expunge", mailbox: mailbox.id, uids: [2] }]);
  client.send("RCEV\r\nRCVD\r\n");
  await served;
  assertEquals(client.unread, sent.slice(0, sent.indexOf("From MAILER")));
  assertEquals((await storage.messages(mailbox.id)).messages.map(({ uid }) => uid), [1]);
});

Deno.test("pop1: RFC 918, RCVD: an error says that the mail was not deleted", async () => {
  const { serve, content, isUnlocked } = await pop1({ mail, wrap: unwritable });
  const received = await converse(serve, `${login}RDEL inbox\r\nRCEV\r\nRCVD\r\nNOOP\r\nQUIT\r\n`);
  assert(received.endsWith("\r\n-ERR the mail was not deleted\r\n+OK\r\n+OK\r\n"));
  assertEquals([await content(), await isUnlocked()], [inbox, true]);
});

Deno.test("pop1: without TLS no password is asked for, unless the configuration allows it; nor from other hosts", async () => {
  const strict = await pop1({ cleartextAuth: false });
  assertEquals(await converse(strict.serve, login), "-ERR passwords are not taken here without TLS\r\n");
  assertEquals(await converse(strict.serve, login, { tls: true }), "+OK POP server ready\r\n+OK\r\n+OK\r\n");
  const fenced = await pop1({ options: { allow: ["192.0.2.7"] } });
  assertEquals(await converse(fenced.serve, login, { peer: "192.0.2.6" }), "-ERR you may not connect from there\r\n");
  assertEquals(await converse(fenced.serve, login, { peer: "192.0.2.7" }), "+OK POP server ready\r\n+OK\r\n+OK\r\n");
});

Deno.test("pop1: who makes no sense again and again is sent away", async () => {
  const { serve } = await pop1();
  const lines = (await converse(serve, "\xff\r\n".repeat(30))).split("\r\n");
  assertEquals([lines.length, lines.at(-2)], [1 + 21 + 1, "-ERR too many errors, goodbye"]);
});

Deno.test("pop1: the operator is told at setup that it is not safe", async () => {
  const { context, log } = await pop1();
  const validated = plugin.options["~standard"].validate(undefined);
  assert(validated.issues === undefined);
  await plugin.setup(context, validated.value);
  assertEquals(log.lines.filter((line) => line.startsWith("warn POP1 has passwords and mail in clear text")).length, 1);
});
