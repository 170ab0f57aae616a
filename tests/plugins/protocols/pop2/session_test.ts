/** The rules of RFC 937. */
import { assert, assertEquals } from "@std/assert";
import plugin from "../../../../plugins/protocols/pop2/plugin.ts";
import { fakeConnection } from "../../../support/fake_connection.ts";
import { converse, unwritable } from "../mail_context.ts";
import { pop2 } from "./serve.ts";

const [one, two, three] = ["A: 1\r\n\r\none\r\n", "A: 2\r\n\r\n.two\r\n.\r\n", "A: 3\n\nthree\nbare"];
const mail = { INBOX: [one, two, three], Work: [two], Empty: [] };
const inbox = [one, two, three];
const hello = "HELO smith secret\r\n";

/** What came after the greeting and the answer to HELO. */
async function after(commands: string, given: Parameters<typeof pop2>[0] = { mail }): Promise<string> {
  const { serve } = await pop2(given);
  const received = await converse(serve, hello + commands);
  return received.split("\r\n").slice(2).join("\r\n");
}

Deno.test("pop2: RFC 937, Server Decision Table: what is not for a state is garbage, and closes the connection", async () => {
  const reached = {
    auth: "",
    mbox: hello,
    item: `${hello}READ\r\n`,
    next: `${hello}READ\r\nRETR\r\n`,
  };
  const commands: Readonly<Record<string, readonly string[]>> = {
    "HELO smith secret": ["auth"],
    "FOLD Work": ["mbox", "item"],
    "READ": ["mbox", "item"],
    "RETR": ["item"],
    "ACKS": ["next"],
    "ACKD": ["next"],
    "NACK": ["next"],
    "QUIT": ["auth", "mbox", "item"],
    "NOOP": [],
    "": [],
  };
  for (const [state, before] of Object.entries(reached)) {
    for (const [command, states] of Object.entries(commands)) {
      const { serve, content, isUnlocked } = await pop2({ mail });
      const received = await converse(serve, `${before}${command}\r\n`);
      const isGarbage = received.endsWith("\r\n- error\r\n");
      assertEquals(isGarbage, !states.includes(state), `${command} in ${state}: ${received}`);
      assertEquals([await content(), await isUnlocked()], [inbox, true]);
    }
  }
});

Deno.test("pop2: RFC 937, READ: what makes no sense is garbage, and nobody is told what it was", async () => {
  for (
    const command of ["READ x", "READ 1 2", "READ -1", "RETR 1", "QUIT now", "FOLD", "FOLD a b", "READ 12345678901"]
  ) {
    const { serve, log } = await pop2({ mail });
    assert((await converse(serve, `${hello}${command}\r\n`)).endsWith("- error\r\n"), command);
    assert(!log.lines.some((line) => line.includes(command)));
  }
  for (const line of ["HELO smith", "HELO smith secret more", "HELO smith secret\\", "HELO sm\xffith secret"]) {
    const { serve } = await pop2({ mail });
    assert((await converse(serve, `${line}\r\n`)).endsWith("ready\r\n- error\r\n"), line);
  }
  const { serve } = await pop2({ mail });
  assert((await converse(serve, `HELO ${"x".repeat(3000)} y\r\n`)).endsWith("- error\r\n"));
});

Deno.test("pop2: RFC 937, HELO: a wrong password and an unknown user get the same answer, and no second try", async () => {
  for (const login of ["smith wrong", "nobody secret"]) {
    const { serve, log } = await pop2({ mail });
    const received = await converse(serve, `HELO ${login}\r\n${hello}`, { log });
    assertEquals(received, "+ POP2 ISI-VAXA.ARPA server ready\r\n- invalid login or password\r\n");
    assert(!log.lines.some((line) => /wrong|secret/.test(line)));
  }
});

Deno.test("pop2: RFC 937, Quoting: a backslash quotes spaces and backslashes in names and passwords", async () => {
  const given = { password: "a b\\c", mail: { INBOX: [], "My Work": [one] } };
  const { serve } = await pop2(given);
  const received = await converse(serve, "helo smith a\\ b\\\\c\r\nfold My\\ Work\r\nQUIT\r\n");
  assertEquals(received.split("\r\n").slice(1, 3), ["#0 messages in your mailbox", "#1 messages in your mailbox"]);
});

Deno.test("pop2: RFC 937, Message Length: exactly so many octets are sent as was told, CRLF for each line end, no dots added", async () => {
  const received = await after("READ 2\r\nRETR\r\nACKS\r\nRETR\r\nNACK\r\nQUIT\r\n");
  const sent = "A: 3\r\n\r\nthree\r\nbare\r\n";
  assertEquals(
    received,
    `=${two.length} characters in message 2\r\n${two}=${sent.length} characters in message 3\r\n${sent}` +
      `=${sent.length} characters in message 3\r\n+ OK, bye, bye\r\n`,
  );
});

Deno.test("pop2: RFC 937, ACKD: numbers stay until the mailbox is released; what was deleted has no length any more", async () => {
  const { serve, content } = await pop2({ mail });
  const commands = `${hello}READ 2\r\nRETR\r\nACKD\r\nREAD 2\r\nREAD 3\r\nREAD 1\r\nRETR\r\nACKS\r\nQUIT\r\n`;
  const lines = (await converse(serve, commands)).split("\r\n").filter((line) => /^[=#+-]/.test(line));
  assertEquals(lines.slice(2), [
    `=${two.length} characters in message 2`,
    "=21 characters in message 3",
    "=0",
    "=21 characters in message 3",
    `=${one.length} characters in message 1`,
    "=0",
    "+ OK, bye, bye",
  ]);
  assertEquals(await content(), [one, three]);
});

Deno.test("pop2: RFC 937, FOLD: selects another mailbox, and removes then what was deleted in the one before", async () => {
  const { serve, content, isUnlocked } = await pop2({ mail });
  const commands = `${hello}READ\r\nRETR\r\nACKD\r\nFOLD Work\r\nREAD\r\nRETR\r\nACKD\r\n`;
  const received = await converse(serve, commands);
  assert(received.includes("\r\n#1 messages in your mailbox\r\n"));
  // The second was not released: the client broke off.
  assertEquals([await content(), await content("Work"), await isUnlocked()], [[two, three], [two], true]);
});

Deno.test("pop2: RFC 937, FOLD: a mailbox that is empty or is not there has no messages", async () => {
  const received = await after("FOLD Empty\r\nFOLD Nothing\r\nREAD\r\nFOLD inbox\r\nQUIT\r\n");
  assertEquals(received.split("\r\n").slice(0, 4), [
    "#0 messages in your mailbox",
    "#0 messages in your mailbox",
    "=0 no more messages",
    "#3 messages in your mailbox",
  ]);
});

Deno.test("pop2: RFC 937, READ: without a number it is the current message, which RETR of nothing does not survive", async () => {
  assertEquals(
    await after("READ 3\r\nREAD\r\nREAD 9\r\nREAD\r\nRETR\r\nQUIT\r\n"),
    "=21 characters in message 3\r\n=21 characters in message 3\r\n=0 no more messages\r\n=0 no more messages\r\n",
  );
});

Deno.test("pop2: a session that breaks off removes nothing, and unlocks the maildrop", async () => {
  const { serve, content, isUnlocked } = await pop2({ mail });
  await converse(serve, `${hello}READ\r\nRETR\r\nACKD\r\nRETR\r\n`);
  assertEquals([await content(), await isUnlocked()], [inbox, true]);
});

Deno.test("pop2: a maildrop that another session has open is refused", async () => {
  const { serve, storage, account } = await pop2({ mail });
  await using _lock = await storage.lockMaildrop(account) ?? fail();
  assert((await converse(serve, hello)).endsWith("\r\n- mailbox in use by another session\r\n"));
});

function fail(): never {
  throw new Error("the maildrop is locked");
}

Deno.test("pop2: a message that another session has removed has no length", async () => {
  const { serve, storage, account } = await pop2({ mail });
  const { connection, client } = fakeConnection();
  const served = serve(connection, new AbortController().signal).finally(() => connection.close());
  client.send(hello);
  for (let lines = 0; lines < 2; lines++) await client.readLine();
  const mailbox = await storage.mailboxByName(account, "INBOX") ?? fail();
  await storage.apply([{ do: "expunge", mailbox: mailbox.id, uids: [1] }]);
  client.send("READ\r\nREAD 2\r\nQUIT\r\n");
  await served;
  assertEquals(client.unread, `=0\r\n=${two.length} characters in message 2\r\n+ OK, bye, bye\r\n`);
});

Deno.test("pop2: when removing fails QUIT and FOLD say so, and nothing is lost", async () => {
  for (const last of ["QUIT", "FOLD Work"]) {
    const { serve, content, isUnlocked } = await pop2({ mail, wrap: unwritable });
    const received = await converse(serve, `${hello}READ\r\nRETR\r\nACKD\r\n${last}\r\n`);
    assert(received.endsWith("\r\n- deleted messages were not removed\r\n"));
    assertEquals([await content(), await isUnlocked()], [inbox, true]);
  }
});

Deno.test("pop2: without TLS no password is asked for, unless the configuration allows it; nor from other hosts", async () => {
  const strict = await pop2({ cleartextAuth: false });
  assertEquals(await converse(strict.serve, hello), "- passwords are not taken here without TLS\r\n");
  assert((await converse(strict.serve, hello, { tls: true })).includes("\r\n#0 messages"));
  const fenced = await pop2({ options: { allow: ["192.0.2.0/28"] } });
  assertEquals(await converse(fenced.serve, hello, { peer: "192.0.2.16" }), "- you may not connect from there\r\n");
  assert((await converse(fenced.serve, hello, { peer: "192.0.2.15" })).includes("\r\n#0 messages"));
});

Deno.test("pop2: a server that stops says so", async () => {
  const stop = new AbortController();
  const { serve, isUnlocked } = await pop2({ mail });
  const { connection, client } = fakeConnection({ stop: stop.signal });
  const served = serve(connection, stop.signal).finally(() => client.close());
  client.send(hello);
  for (let lines = 0; lines < 2; lines++) await client.readLine();
  stop.abort();
  await served;
  assertEquals([client.unread, await isUnlocked()], ["- the server is stopping, try again later\r\n", true]);
});

Deno.test("pop2: a header in UTF-8 is sent as its surrogate, with its length", async () => {
  const header = "Subject: gr\xc3\xbc\xc3\x9fe\r\n\r\n";
  const received = await after("READ\r\nRETR\r\nACKS\r\nQUIT\r\n", { mail: { INBOX: [`${header}text\r\n`] } });
  const [, size, rest = ""] = /^=(\d+) characters in message 1\r\n(.*)$/s.exec(received) ?? [];
  const sent = rest.slice(0, Number(size));
  assert(/^Subject: =\?utf-8\?.*\r\n\r\ntext\r\n$/i.test(sent), sent);
  assertEquals(rest.slice(Number(size)), "=0 no more messages\r\n+ OK, bye, bye\r\n");
});

Deno.test("pop2: the operator is told at setup that it is not safe", async () => {
  const { context, log } = await pop2();
  const validated = plugin.options["~standard"].validate(undefined);
  assert(validated.issues === undefined);
  await plugin.setup(context, validated.value);
  assertEquals(log.lines.filter((line) => line.startsWith("warn POP2 has passwords and mail in clear text")).length, 1);
});
