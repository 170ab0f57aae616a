/**
 * Whatever a client sends gets a clear error or a bounded close and a line in the log, and others notice nothing: for SMTP
 * and POP3 over real sockets.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { connect } from "node:net";
import { type Dialogue, dialogue, dialogueOver, pop3Session } from "../support/plain_client.ts";
import { alice, bob, type LoggedEvent, type TestServer, testServer } from "../support/test_server.ts";

/** What differs between the protocols. */
interface Subject {
  readonly name: "smtp" | "pop3";
  /** A reply of the server that says no. */
  readonly refusal: RegExp;
  /** Says yes to a command that does nothing. */
  noop(session: Dialogue): Promise<void>;
  /** What a client may be in the middle of, in so many words. */
  readonly interrupted: Readonly<Record<string, readonly string[]>>;
}

const subjects: readonly Subject[] = [{
  name: "smtp",
  refusal: /^5\d\d /,
  async noop(session) {
    assertMatch(await session.ask("NOOP"), /^250 /);
  },
  interrupted: {
    "a command": ["MAIL FR"],
    "a transaction": ["HELO client.example\r\n", `MAIL FROM:<>\r\nRCPT TO:<${alice.address}>\r\n`],
    "a message": [
      "HELO client.example\r\n",
      `MAIL FROM:<>\r\nRCPT TO:<${alice.address}>\r\nDATA\r\n`,
      "Subject: never\r\n\r\nwhole\r\n",
    ],
    "a chunk": [
      "EHLO client.example\r\n",
      `MAIL FROM:<>\r\nRCPT TO:<${alice.address}>\r\nBDAT 1000\r\nSubject: never`,
    ],
  },
}, {
  name: "pop3",
  refusal: /^-ERR /,
  async noop(session) {
    assertMatch(await session.ask("CAPA", true), /^\+OK/);
  },
  interrupted: {
    "a command": ["USER al"],
    "a login": [`USER ${alice.address}\r\n`],
    "a session": [`USER ${alice.address}\r\nPASS ${alice.password}\r\nSTAT\r\nDELE 1\r\n`],
    "an exchange": ["AUTH CRAM-MD5\r\n"],
  },
}];

/** A server, somebody who is well-behaved, and a client that is not. */
async function disturbed(
  { name, noop }: Subject,
  disturb: (server: TestServer, client: Deno.TcpConn) => Promise<void>,
): Promise<readonly LoggedEvent[]> {
  await using server = await testServer({ cleartextAuth: true });
  await using other = await dialogue(server.ports[name]);
  await other.line();
  await noop(other);
  const client = await Deno.connect({ hostname: "127.0.0.1", port: server.ports[name] });
  try {
    await disturb(server, client);
    await noop(other);
  } finally {
    try {
      client.close();
    } catch {
      // The test has done so.
    }
  }
  await using another = await dialogue(server.ports[name]);
  await another.line();
  await noop(another);
  assertEquals(server.log.filter(({ level }) => level === "error"), []);
  return server.log;
}

for (const subject of subjects) {
  const { name, refusal, noop } = subject;

  Deno.test(`bad input: ${name}: unknown commands, overlong lines and binary ones are refused, and the session goes on`, async () => {
    const lines: Readonly<Record<string, string>> = {
      "an unknown command": "FROBNICATE now",
      "a line too long": `NOOP ${"x".repeat(20_000)}`,
      "not text": "NOOP \0\x01\x02",
    };
    const log = await disturbed(subject, async (_server, client) => {
      const session = dialogueOver(client);
      await session.line();
      for (const line of Object.values(lines)) {
        assertMatch(await session.ask(line), refusal);
        await noop(session);
      }
    });
    const told = log.filter(({ message }) => message === "the client sent no command");
    assertEquals(told.map(({ level, what }) => [level, what]), Object.keys(lines).map((what) => ["info", what]));
  });

  Deno.test(`bad input: ${name}: a line without end is closed, and it is said why`, async () => {
    const log = await disturbed(subject, async (_server, client) => {
      const session = dialogueOver(client);
      await session.line();
      await session.say("x".repeat(200_000));
      assertMatch(await session.readToEnd(), /^(421|-ERR) .*does not end, goodbye\r\n$/);
    });
    assert(log.some(({ level, message }) => level === "info" && message === "client cut off"));
  });

  Deno.test(`bad input: ${name}: who sends more than can be read away is closed`, async () => {
    await disturbed(subject, async (_server, client) => {
      const session = dialogueOver(client);
      await session.line();
      const sending = session.say("x".repeat(10_000_000)).catch(() => {});
      await session.readToEnd().catch(() => {});
      await sending;
    });
  });

  Deno.test(`bad input: ${name}: binary noise is refused until it is enough, then closed`, async () => {
    const log = await disturbed(subject, async (_server, client) => {
      const session = dialogueOver(client);
      await session.line();
      await session.say(noise(200_000));
      const replies = (await session.readToEnd()).split("\r\n").slice(0, -1);
      assert(replies.length > 50 && replies.length < 100, `${replies.length}`);
      for (const reply of replies.slice(0, -1)) assertMatch(reply, refusal);
      assertMatch(replies.at(-1) ?? "", /too many errors/i);
    });
    assert(log.some(({ level, message }) => level === "warn" && message === "too many errors"));
  });

  Deno.test(`bad input: ${name}: a client that closes its side gets all its answers`, async () => {
    await disturbed(subject, async (_server, client) => {
      const session = dialogueOver(client);
      await session.line();
      await session.say(name === "smtp" ? "NOOP\r\nVRFY x\r\nMAIL FROM" : "USER a\r\nCAPA x\r\nPASS");
      await client.closeWrite();
      const replies = (await session.readToEnd()).split("\r\n").slice(0, -1).map((reply) => reply.split(" ")[0]);
      // RFC 5321 §2.3.8, RFC 1939 §3: a line without end is none.
      assertEquals(replies, name === "smtp" ? ["250", "252"] : ["+OK", "-ERR"]);
    });
  });

  for (const [where, pieces] of Object.entries(subject.interrupted)) {
    for (const how of ["reset", "end"] as const) {
      Deno.test(`bad input: ${name}: a client that leaves in the middle of ${where} (${how}) leaves nothing behind`, async () => {
        const log = await disturbed(subject, async (server, client) => {
          client.close();
          await leave(server.ports[name], pieces, how);
          while (server.log.filter(({ message }) => message === "disconnected").length < 2) {
            await new Promise((resolve) => setTimeout(resolve));
          }
          // The maildrop is free, and nothing came into it.
          await using session = await pop3Session(server.ports.pop3, alice);
          assertMatch(await session.ask("STAT"), /^\+OK 0 0/);
        });
        assert(log.some(({ message }) => message === "disconnected"));
      });
    }
  }

  Deno.test(`bad input: ${name}: ten thousand commands at once are answered in order, however slowly they are read`, async () => {
    const commands = name === "smtp" ? ["NOOP", "VRFY x", "RSET", "NOOP x"] : ["LIST 1", "NOOP", "LIST 2", "LIST 3"];
    const answers = name === "smtp" ? ["250", "252", "250", "250"] : ["+OK 1", "+OK", "+OK 2", "-ERR"];
    await disturbed(subject, async (server, client) => {
      const session = dialogueOver(client);
      await session.line();
      if (name === "pop3") {
        for (const text of ["one", "two"]) await send(server, text);
        await session.say(`USER ${bob.address}\r\nPASS ${bob.password}\r\n`);
        await session.line();
        await session.line();
      }
      const sending = session.say(`${commands.join("\r\n")}\r\n`.repeat(2500) + "QUIT\r\n");
      const lines: string[] = [];
      for (let count = 0; count < 10_000; count++) lines.push(await session.line());
      await sending;
      const wrong = lines.findIndex((line, index) => !line.startsWith(answers[index % 4] ?? "?"));
      assertEquals(wrong, -1, `${wrong}: ${lines[wrong]}`);
      assertMatch(await session.line(), /^(?:221 |\+OK)/);
      assertEquals(await session.readToEnd(), "");
    });
  });

  Deno.test(`bad input: ${name}: who sends commands and reads no answers is held back, and gets them all at last`, async () => {
    await disturbed(subject, async (_server, client) => {
      const command = name === "smtp" ? "HELP" : "CAPA";
      const session = dialogueOver(client);
      await session.line();
      const answer = `${await session.ask(command, true)}\r\n`;
      const piece = new TextEncoder().encode(`${command}\r\n`.repeat(1000));
      let sent = 0, isOver = false;
      const sending = (async () => {
        for (; !isOver && sent < 2000; sent++) {
          for (let at = 0; at < piece.length;) at += await client.write(piece.subarray(at));
        }
        await client.closeWrite();
      })();
      for (let before = -1, turns = 0; turns < 20; turns++) {
        if (before !== sent) turns = 0;
        before = sent;
        await new Promise((resolve) => setTimeout(resolve));
      }
      isOver = true;
      assert(sent < 2000, "all of 12 MB of commands were taken while nobody read 400 MB of answers");
      let octets = 0;
      for await (const { length } of client.readable) octets += length;
      await sending;
      assertEquals(octets, sent * 1000 * answer.length);
    });
  });
}

Deno.test("bad input: smtp: what was said last arrives, whatever the client went on sending", async () => {
  const [smtp] = subjects;
  if (smtp === undefined) throw new Error("no smtp");
  await disturbed(smtp, async (_server, client) => {
    const session = dialogueOver(client);
    await session.line();
    await Promise.all([
      session.say(`QUIT\r\n${"NOOP\r\n".repeat(100_000)}`).then(() => client.closeWrite()),
      session.readToEnd().then((said) => assertMatch(said, /^221 [^\r\n]*\r\n$/)),
    ]);
  });
});

/** Octets that look like nothing, with line ends among them; the same each time. */
function noise(length: number): string {
  let state = 1;
  let text = "";
  while (text.length < length) {
    state = (state * 48_271) % 2_147_483_647;
    text += state % 97 === 0 ? "\x01\r\n" : String.fromCharCode(state % 256);
  }
  return `${text}\r\n`;
}

async function leave(port: number, pieces: readonly string[], how: "reset" | "end"): Promise<void> {
  const socket = connect({ host: "127.0.0.1", port });
  const closed = new Promise((resolve) => socket.once("close", resolve));
  for (const piece of pieces) {
    await new Promise((resolve) => socket.once("data", resolve));
    await new Promise((resolve) => socket.write(piece, "latin1", resolve));
  }
  if (how === "reset") socket.resetAndDestroy();
  else socket.destroy();
  await closed;
}

async function send({ ports }: TestServer, text: string): Promise<void> {
  await using smtp = await dialogue(ports.smtp);
  await smtp.line();
  await smtp.ask("HELO client.example");
  await smtp.ask("MAIL FROM:<>");
  await smtp.ask(`RCPT TO:<${bob.address}>`);
  await smtp.ask("DATA");
  assertMatch(await smtp.ask(`Subject: x\r\n\r\n${text}\r\n.`), /^250 /);
}
