/** Sessions that go wrong, or on for long: every end is bounded, said or silent as the RFCs have it, and in the log. */
import { assert, assertEquals } from "@std/assert";
import type { AccountId } from "../../../../core/contract/mod.ts";
import type { PasswordCheck } from "../../../../plugins/protocols/pop3/service.ts";
import { servePop3 } from "../../../../plugins/protocols/pop3/session.ts";
import { processorTime } from "../../../core/message/quickly.ts";
import { fakeConnection } from "../../../support/fake_connection.ts";
import { bodyOf, FakeMaildrops, mailOf } from "./fake_maildrops.ts";
import { afterLogin, login, mrose, talk, testService } from "./talk.ts";
import { TestClock } from "../../../support/test_clock.ts";

Deno.test("pop3: RFC 1939 §3: keywords are understood in any case, and unknown commands refused", async () => {
  const lines = await afterLogin(testService(), "sTaT\r\nXTND\r\n\r\n \r\nSTAT now\r\nQUIT now\r\nstat \r\n");
  assertEquals(lines, [
    "+OK 2 320",
    "-ERR unknown command",
    "-ERR unknown command",
    "-ERR unknown command",
    "-ERR expected STAT",
    "-ERR expected QUIT",
    "+OK 2 320",
  ]);
});

Deno.test("pop3: RFC 1939 §3: arguments that make no sense are refused, and say what would", async () => {
  const lines = await afterLogin(
    testService(),
    "RETR\r\nRETR x\r\nRETR -1\r\nRETR 1 2\r\nRETR 0\r\nRETR 99999999999999999999\r\nTOP 1\r\nTOP 1 -1\r\nLIST a\r\nLIST 02\r\nDELE 1e0\r\n",
  );
  assertEquals(lines, [
    ...Array(4).fill("-ERR expected RETR msg"),
    ...Array(2).fill("-ERR no such message, only 2 messages in maildrop"),
    "-ERR expected TOP msg n",
    "-ERR expected TOP msg n",
    "-ERR expected LIST [msg]",
    "+OK 2 200",
    "-ERR expected DELE msg",
  ]);
});

Deno.test("pop3: binary noise and overlong lines are refused, and the session goes on", async () => {
  const { lines } = await talk(
    testService(),
    `\x16\x03\x01\x02\0\x01\0\xff\r\nSTAT\0\r\n${"x".repeat(60_000)}\r\n${login}`,
  );
  assertEquals(lines.slice(1), [
    "-ERR the line is not UTF-8, or has control characters",
    "-ERR the line is not UTF-8, or has control characters",
    "-ERR the line is too long",
    "+OK send PASS",
    "+OK maildrop has 2 messages (320 octets)",
  ]);
});

Deno.test("pop3: RFC 2449 §4: lines of 255 octets are taken", async () => {
  const { lines } = await talk(testService(), `USER ${"a".repeat(248)}\r\nPASS ${"b".repeat(500)}\r\n`);
  assertEquals(lines.slice(1), ["+OK send PASS", "-ERR [AUTH] invalid login or password"]);
});

Deno.test("pop3: the longest lines cost little, whatever they are made of", async () => {
  const spaces = " ".repeat(8000), letters = "a".repeat(8000), mixed = "a ".repeat(8000);
  const lines = ["APOP", "USER", "AUTH", "LANG", "LIST", "TOP", "UIDL"].flatMap((keyword) =>
    [spaces + letters, letters + spaces, mixed, `${spaces}${letters} `].map((argument) => `${keyword} ${argument}\r\n`)
  );
  const spent = processorTime();
  await talk(testService({ options: { max_errors: 1000 } }), lines.join("").repeat(3));
  assert(spent() < 2);
});

Deno.test("pop3: a line that never ends closes the connection within bounds, and the client is told", async () => {
  const tested = testService();
  const { lines } = await talk(tested, [
    login + "DELE 1\r\n",
    ..."x".repeat(20).split("").map((x) => x.repeat(10_000)),
  ]);
  assertEquals(lines.slice(-2), ["+OK message 1 deleted", "-ERR what is sent does not end, goodbye"]);
  assertEquals(tested.maildrops.uids(mrose), [1, 2]);
  assertEquals(tested.maildrops.locked.size, 0);
});

Deno.test("pop3: too many errors end the session, and nothing is removed", async () => {
  const tested = testService({ options: { max_errors: 3 } });
  const lines = await afterLogin(tested, "DELE 1\r\nRETR 9\r\nX\r\nX\r\nRETR 9\r\nX\r\nX\r\nQUIT\r\n");
  assertEquals(lines.slice(1), [
    "-ERR no such message, only 2 messages in maildrop",
    "-ERR unknown command",
    "-ERR unknown command",
    "-ERR no such message, only 2 messages in maildrop",
    "-ERR unknown command",
    "-ERR too many errors, goodbye",
  ]);
  assertEquals(tested.maildrops.uids(mrose), [1, 2]);
  assert(tested.log.lines.some((line) => line.startsWith("warn too many errors")));
});

Deno.test("pop3: a client that works on may err now and then; one that guesses may not", async () => {
  const tested = testService({ options: { max_errors: 3 } });
  const lines = await afterLogin(tested, `${"X\r\nNOOP\r\nX\r\nUIDL\r\n".repeat(50)}QUIT\r\n`);
  assert(lines.at(-1)?.startsWith("+OK"), lines.at(-1));
  const guesses = await talk(tested, "CAPA\r\nUSER a\r\nPASS b\r\n".repeat(50));
  assertEquals(guesses.lines.at(-1), "-ERR too many errors, goodbye");
});

Deno.test("pop3: wrong passwords are errors too", async () => {
  const { lines } = await talk(testService({ options: { max_errors: 2 } }), "USER a\r\nPASS b\r\n".repeat(9));
  assertEquals(lines.slice(1).filter((line) => line.startsWith("-ERR")), [
    "-ERR [AUTH] invalid login or password",
    "-ERR [AUTH] invalid login or password",
    "-ERR too many errors, goodbye",
  ]);
});

Deno.test("pop3: RFC 2449 §6.6: ten thousand pipelined commands are answered in order, in few writes", async () => {
  const commands = Array.from({ length: 10_000 }, (_, index) => `LIST ${index % 3 + 1}\r\n`).join("");
  const { lines, writes } = await talk(testService(), `${login}${commands}QUIT\r\n`);
  assertEquals(lines.length, 3 + 10_000 + 1);
  const expected = ["+OK 1 120", "+OK 2 200", "-ERR no such message, only 2 messages in maildrop"];
  for (let index = 0; index < 10_000; index++) assertEquals(lines[3 + index], expected[index % 3]);
  assert(writes < 60, `${writes} writes`);
});

Deno.test("pop3: messages that are pipelined go out together", async () => {
  const maildrops = new FakeMaildrops({ [mrose]: Array(50).fill(mailOf(1000)) });
  const retrieve = Array.from({ length: 50 }, (_, index) => `RETR ${index + 1}\r\n`).join("");
  const { writes, lines } = await talk(testService({ maildrops }), `${login}STAT\r\nUIDL\r\n${retrieve}QUIT\r\n`);
  assertEquals(lines.at(-1), "+OK dewey POP3 server signing off (50 messages left)");
  assert(writes < 12, `${writes} writes`);
});

Deno.test("pop3: RFC 1939 §3: the autologout says nothing, removes nothing, and comes after ten minutes at least", async () => {
  for (const slowly of ["", "STA"]) {
    const clock = new TestClock(), tested = testService();
    const { connection, client } = fakeConnection({ clock, log: tested.log });
    const served = tested.serve(connection, new AbortController().signal).finally(() => connection.close());
    client.send(`${login}DELE 1\r\n`);
    for (let line = 0; line < 4; line++) await client.readLine();
    while (!client.isAwaited) await client.changed;
    // Octets that end no line do not prolong it.
    for (const octet of slowly) {
      clock.advance(150_000);
      client.send(octet);
      while (!client.isAwaited) await client.changed;
    }
    clock.advance(599_999 - clock.now());
    await new Promise((resolve) => setTimeout(resolve));
    assert(!client.isClosed);
    clock.advance(1000);
    await served;
    assertEquals(client.unread, "");
    assertEquals(tested.maildrops.uids(mrose), [1, 2]);
    assertEquals(tested.maildrops.locked.size, 0);
    assert(tested.log.lines.some((line) => line.startsWith("info client was too slow")));
  }
});

Deno.test("pop3: a client that never reads is left, and its maildrop is free again", async () => {
  const clock = new TestClock();
  const tested = testService({ maildrops: new FakeMaildrops({ [mrose]: [bodyOf(mailOf(5_000_000))] }) });
  const { connection, client } = fakeConnection({ clock, window: 10_000, log: tested.log });
  const served = tested.serve(connection, new AbortController().signal).finally(() => connection.close());
  client.send(`${login}DELE 1\r\nRSET\r\nRETR 1\r\nQUIT\r\n`);
  while (client.unread.length < 10_000) await client.changed;
  // Another session is not disturbed.
  const other = await talk(tested, `${login}QUIT\r\n`);
  assertEquals(other.lines[2], "-ERR [IN-USE] maildrop already locked by another session");
  clock.advance(601_000);
  await served;
  assertEquals(tested.maildrops.uids(mrose), [1]);
  assertEquals(tested.maildrops.locked.size, 0);
});

Deno.test("pop3: a connection that is reset, in any state, leaves nothing behind", async () => {
  for (const commands of ["", "USER mrose\r\n", "AUTH PLAIN\r\n", login, `${login}DELE 1\r\n`]) {
    const tested = testService();
    const { connection, client } = fakeConnection({ log: tested.log });
    const served = tested.serve(connection, new AbortController().signal);
    client.send(commands);
    while (!client.isAwaited) await client.changed;
    client.reset();
    await served;
    assertEquals(tested.maildrops.locked.size, 0);
    assertEquals(tested.maildrops.uids(mrose), [1, 2]);
    assert(tested.log.lines.some((line) => line.startsWith("debug client broke off")));
  }
});

Deno.test("pop3: a half-closed connection gets all its answers", async () => {
  const tested = testService();
  const { lines } = await talk(tested, `${login}DELE 1\r\nQUIT\r\n`);
  assertEquals(lines.at(-1), "+OK dewey POP3 server signing off (1 message left)");
  assertEquals(tested.maildrops.uids(mrose), [2]);
});

Deno.test("pop3: when the server stops, sessions are told, and nothing is removed", async () => {
  const stop = new AbortController(), tested = testService();
  const { connection, client } = fakeConnection({ stop: stop.signal });
  const served = tested.serve(connection, stop.signal).finally(() => connection.close());
  client.send(`${login}DELE 1\r\n`);
  for (let line = 0; line < 4; line++) await client.readLine();
  while (!client.isAwaited) await client.changed;
  stop.abort();
  await served;
  assertEquals(client.unread, "-ERR [SYS/TEMP] the server is stopping, try again later\r\n");
  assertEquals(tested.maildrops.uids(mrose), [1, 2]);
  assertEquals(tested.maildrops.locked.size, 0);
});

Deno.test("pop3: what nobody expected is SYS/TEMP, one line in the log, and the session goes on", async () => {
  const tested = testService();
  tested.maildrops.onOpen = () => {
    throw new TypeError("a bug");
  };
  const lines = await afterLogin(tested, "RETR 1\r\nSTAT\r\n");
  assertEquals(lines, ["-ERR [SYS/TEMP] local error, try again later", "+OK 2 320"]);
  assertEquals(tested.log.lines.filter((line) => line.startsWith("error command failed")).length, 1);
});

Deno.test("pop3: USER and PASS may be judged otherwise than by the password, for protocols with a proof of their own", async () => {
  const { service, ...tested } = testService();
  const asked: string[] = [];
  const passwords: PasswordCheck = {
    isAllowed: () => true,
    check(login, password) {
      asked.push(`${login}|${password}`);
      return Promise.resolve(
        login === "mrose"
          ? { state: "authenticated", account: mrose as AccountId }
          : { state: "refused", reason: "credentials" },
      );
    },
  };
  const serve = (...[connection, stop]: Parameters<typeof tested.serve>) =>
    servePop3(connection, stop, { ...service, passwords });
  const { lines } = await talk(
    { ...tested, service, serve },
    "USER x\r\nPASS hej\r\nUSER mrose\r\nPASS hej\r\nSTAT\r\n",
  );
  assertEquals(lines.slice(1), [
    "+OK send PASS",
    "-ERR [AUTH] invalid login or password",
    "+OK send PASS",
    "+OK maildrop has 2 messages (320 octets)",
    "+OK 2 320",
  ]);
  assertEquals(asked, ["x|hej", "mrose|hej"]);
});
