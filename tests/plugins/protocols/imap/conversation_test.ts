/** The conversation itself: pipelining, bad input, long commands, clients that are slow or silent, ends. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { ConnectionClosed } from "../../../../core/wire/errors.ts";
import type { Storage } from "../../../../core/contract/mod.ts";
import { TestClock } from "../../../support/test_clock.ts";
import { afterLogin, fred, ImapClient, logIn, password, talk, testService } from "./talk.ts";

const login = `login LOGIN ${fred} ${password}\r\n`;

Deno.test("imap: 10,000 commands sent at once are answered in their order, and others have their turn", async () => {
  const service = await testService();
  const count = 10_000;
  await using busy = await logIn(service);
  await using other = await logIn(service);
  busy.wire.send(Array.from({ length: count }, (_, index) => `n${index} NOOP\r\n`).join(""));
  const said: string[] = [];
  let answers = 0;
  const readAll = (async () => {
    for (let index = 0; index < count; index++) {
      assertEquals(await busy.wire.readLine(), `n${index} OK Nothing done`);
      answers++;
    }
    said.push("busy");
  })();
  assertEquals(await other.run("NOOP"), ["OK Nothing done"]);
  said.push("other");
  assert(answers < count);
  await readAll;
  assertEquals(said, ["other", "busy"]);
});

Deno.test("imap: replies to commands that came together are sent together", async () => {
  const service = await testService();
  await using client = await logIn(service);
  const before = client.wire.writes;
  client.wire.send("a NOOP\r\nb CAPABILITY\r\nc NOOP\r\n");
  while (await client.wire.readLine() !== "c OK Nothing done");
  assertEquals(client.wire.writes, before + 1);
});

Deno.test("imap: RFC 9051 §5.5: pipelined commands see what those before them did", async () => {
  const service = await testService();
  await service.fill(fred, "INBOX", ["1\r\n", "2\r\n", "3\r\n"]);
  const lines = await afterLogin(
    service,
    "a SELECT INBOX\r\nb STORE 1 +FLAGS.SILENT (\\Seen)\r\nc SEARCH UNSEEN\r\nd STORE 2 +FLAGS.SILENT (\\Deleted)\r\n" +
      "e EXPUNGE\r\nf FETCH 2 UID\r\n",
  );
  assertEquals(lines.slice(lines.findIndex((line) => line.startsWith("b "))), [
    "b OK Stored",
    "* SEARCH 2 3",
    "c OK Searched",
    "d OK Stored",
    "* 2 EXPUNGE",
    "* 2 RECENT",
    "e OK Expunged",
    "* 2 FETCH (UID 3)",
    "f OK Fetched",
  ]);
});

Deno.test("imap: a line that is too long is BAD under its tag, and what it announces is no command", async () => {
  const long = "x".repeat(1_100_000);
  const lines = await afterLogin(
    await testService(),
    `a ${long}\r\n${long}\r\nb NOOP ${long} {12+}\r\nc NOOP\r\nd NO\r\ne NOOP\r\n`,
  );
  assertEquals(lines, [
    "a BAD [TOOBIG] The line is too long",
    "* BAD [TOOBIG] The line is too long",
    "b BAD [TOOBIG] The line is too long",
    "e OK Nothing done",
  ]);
});

Deno.test("imap: a command with many literals is bounded as a whole, and costs no more than its octets", async () => {
  const service = await testService();
  // 100,000 literals of one octet: copying what came before for each would be 40 GB.
  const item = "{1+}\r\nx ";
  const many = `a ID (${item.repeat(100_000)}`;
  const tooMany = `b ID (${item.repeat(200_000)}`;
  const lines = await afterLogin(service, `${many})\r\n${tooMany})\r\nc NOOP\r\n`);
  assertEquals(lines.map((line) => line.slice(0, 6)), ["a BAD ", "b BAD ", "c OK N"]);
  assert(lines[1]?.includes("[TOOBIG]"));
  // Strangers have less.
  const [, stranger, last] = await talk(service, `a ID (${item.repeat(20_000)})\r\nb NOOP\r\n`);
  assertEquals([stranger?.slice(0, 14), last], ["a BAD [TOOBIG]", "b OK Nothing done"]);
});

Deno.test("imap: too many errors end the session with BYE; logins that fail count, refusals do not", async () => {
  const service = await testService({ options: { max_errors: 3 } });
  const refusals = "n SELECT nothing\r\n".repeat(5);
  assertEquals((await afterLogin(service, `${refusals}${"x NONSENSE\r\n".repeat(9)}`)).slice(-5), [
    ...Array.from({ length: 4 }, () => "x BAD Unknown command"),
    "* BYE Too many errors",
  ]);
  const logins = await talk(service, `l LOGIN ${fred} wrong\r\n`.repeat(9));
  assertEquals(logins.slice(-2).map((line) => line.slice(0, 26)), [
    "l NO [AUTHENTICATIONFAILED",
    "* BYE Too many errors",
  ]);
});

Deno.test("imap: a client that works for days may err now and then; one that guesses may not", async () => {
  const service = await testService({ options: { max_errors: 3 } });
  assertEquals((await afterLogin(service, "x NONSENSE\r\nn NOOP\r\n".repeat(50))).at(-1), "n OK Nothing done");
  // More errors than work, or what anybody may do.
  const worse = await afterLogin(service, `${"x NONSENSE\r\n".repeat(2)}n NOOP\r\n`.repeat(50));
  assertEquals(worse.filter((line) => line.startsWith("x ")).length, 6);
  const guesses = await talk(service, `n NOOP\r\nl LOGIN ${fred} wrong\r\n`.repeat(50));
  assertEquals(guesses.filter((line) => line.startsWith("l NO")).length, 4);
  assertEquals([worse.at(-1), guesses.at(-1)], Array(2).fill("* BYE Too many errors"));
});

Deno.test("imap: a browser is left without an answer", async () => {
  const service = await testService();
  for (const request of ["GET / HTTP/1.1", "POST /a%20LOGIN?x HTTP/1.1", "PRI * HTTP/2.0"]) {
    const lines = await talk(service, `${request}\r\nHost: mail.example.org\r\n\r\na LOGIN fred secret\r\n`);
    assertEquals(lines.length, 1, request);
  }
  // Once it has spoken IMAP it is none.
  assertEquals((await talk(service, "a NOOP\r\nGET / HTTP/1.1\r\nb NOOP\r\n")).at(-1), "b OK Nothing done");
});

Deno.test("imap: RFC 9051 §5.4: a silent client is told BYE, before a login sooner than after it", async () => {
  const service = await testService({ options: { login_timeout: "1m", idle_timeout: "30m" } });
  const clock = new TestClock();
  await using stranger = new ImapClient(service, { clock });
  await stranger.greeting;
  while (!stranger.wire.isAwaited) await stranger.wire.changed;
  clock.advance(61_000);
  assertEquals(await stranger.wire.readLine(), "* BYE Nothing was heard in time");
  assertEquals(await stranger.wire.readLine(), undefined);
  const later = new TestClock();
  await using user = await logIn(service, fred, { clock: later });
  while (!user.wire.isAwaited) await user.wire.changed;
  later.advance(29 * 60_000);
  assertEquals(await user.run("NOOP"), ["OK Nothing done"]);
  while (!user.wire.isAwaited) await user.wire.changed;
  // IDLE is no exception (RFC 9051 §6.3.13).
  user.wire.send("i IDLE\r\n");
  assertEquals(await user.wire.readLine(), "+ Idling");
  while (!user.wire.isAwaited) await user.wire.changed;
  later.advance(31 * 60_000);
  assertEquals(await user.wire.readLine(), "* BYE Nothing was heard in time");
});

Deno.test("imap: a client that stops in the middle of a literal is left, and what it sent is dropped", async () => {
  const service = await testService();
  const clock = new TestClock();
  await using client = await logIn(service, fred, { clock });
  client.wire.send("a APPEND INBOX {100+}\r\nSubject: x");
  while (!client.wire.isAwaited) await client.wire.changed;
  clock.advance(31 * 60_000);
  assertEquals(await client.wire.readLine(), "* BYE Nothing was heard in time");
  assertEquals((await service.mailbox(fred)).messages, 0);
  await using other = await logIn(service);
  other.wire.send("a APPEND INBOX {100+}\r\nSubject: x");
  other.wire.close();
  await other[Symbol.asyncDispose]();
  assertEquals((await service.mailbox(fred)).messages, 0);
});

Deno.test("imap: a client that does not read what it asked for is left, and holds nothing up", async () => {
  const service = await testService();
  await service.fill(fred, "INBOX", Array.from({ length: 50 }, () => `Subject: x\r\n\r\n${"x".repeat(10_000)}\r\n`));
  const clock = new TestClock();
  await using slow = await logIn(service, fred, { clock, window: 10_000 });
  slow.wire.send("a SELECT INBOX\r\nb FETCH 1:* BODY.PEEK[]\r\n");
  while (slow.wire.unread.length < 10_000) await slow.wire.changed;
  await using other = await logIn(service);
  assertEquals((await other.run("SELECT INBOX")).at(-1), "OK [READ-WRITE] Selected");
  // While it is at work nobody waits for it yet.
  for (; !slow.wire.isClosed; await new Promise((resolve) => setTimeout(resolve))) clock.advance(31 * 60_000);
});

Deno.test("imap: when the server stops, the command in hand is answered, and then BYE", async () => {
  const stop = new AbortController();
  const service = await testService();
  await using client = await logIn(service, fred, { stop: stop.signal });
  await using idling = await logIn(service, fred, { stop: stop.signal });
  idling.wire.send("i IDLE\r\n");
  assertEquals(await idling.wire.readLine(), "+ Idling");
  while (!idling.wire.isAwaited || !client.wire.isAwaited) {
    await Promise.race([idling.wire.changed, client.wire.changed]);
  }
  stop.abort();
  for (const { wire } of [client, idling]) {
    assertEquals(await wire.readLine(), "* BYE [UNAVAILABLE] The server is stopping");
    assertEquals(await wire.readLine(), undefined);
  }
});

Deno.test("imap: what goes wrong here is told as that, is logged, and the session goes on", async () => {
  const { storage } = await testService({ accounts: [] });
  const broken: Storage = new Proxy(storage, {
    get(target, name) {
      if (name === "subscriptions") return () => Promise.reject(new TypeError("x is not a function"));
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const service = await testService({ storage: broken });
  const lines = await afterLogin(service, 'a LSUB "" *\r\nb NOOP\r\n');
  assertEquals(lines, ["a NO [SERVERBUG] Something went wrong here; it has been logged", "b OK Nothing done"]);
  assertEquals(service.log.lines.filter((line) => line.startsWith("error ")).length, 1);
});

Deno.test("imap: a connection that breaks ends the session quietly", async () => {
  const service = await testService();
  const client = await logIn(service);
  client.wire.reset();
  await assertRejects(
    async () => {
      await client[Symbol.asyncDispose]();
      throw new ConnectionClosed("quiet");
    },
    ConnectionClosed,
    "quiet",
  );
  assertEquals(service.log.lines.filter((line) => /^(error|warn) /.test(line)), []);
});

Deno.test("imap: what is logged of a session has no password in it", async () => {
  const service = await testService();
  await talk(service, `${login}x LOGIN fred hunter2\r\ny NONSENSE hunter2\r\nz AUTHENTICATE PLAIN aHVudGVyMg==\r\n`);
  const lines = service.log.lines.join("\n");
  assert(!lines.includes("hunter2") && !lines.includes("aHVudGVyMg") && !lines.includes(password), lines);
});
