/** RFC 1939 §5 to §7: what the commands of the TRANSACTION state do, and when messages are removed. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { AccountId } from "../../../../core/contract/mod.ts";
import { Refusal } from "../../../../core/contract/mod.ts";
import { FakeMaildrops, mailOf } from "./fake_maildrops.ts";
import { afterLogin, login, mrose, talk, testService } from "./talk.ts";

const account = mrose as AccountId;

Deno.test("pop3: RFC 1939 §5: DELE marks, QUIT removes", async () => {
  const tested = testService();
  const lines = await afterLogin(tested, "DELE 1\r\nSTAT\r\nLIST\r\nUIDL\r\nQUIT\r\n");
  assertEquals(lines, [
    "+OK message 1 deleted",
    "+OK 1 200",
    "+OK 1 message (200 octets)",
    "2 200",
    ".",
    "+OK",
    "2 4294967295.2",
    ".",
    "+OK dewey POP3 server signing off (1 message left)",
  ]);
  assertEquals(tested.maildrops.uids(mrose), [2]);
});

Deno.test("pop3: RFC 1939 §6: a session that ends without QUIT removes nothing", async () => {
  const tested = testService();
  await talk(tested, `${login}DELE 1\r\nDELE 2\r\n`);
  assertEquals(tested.maildrops.batches, []);
  assertEquals(tested.maildrops.uids(mrose), [1, 2]);
  assertEquals(tested.maildrops.locked.size, 0);
});

Deno.test("pop3: RFC 1939 §6: a QUIT that is cut off is no QUIT", async () => {
  for (const rest of ["QUIT", "QUIT\r", "QUIT\n", "QUIT now\r\n"]) {
    const tested = testService();
    await talk(tested, `${login}DELE 1\r\n${rest}`);
    assertEquals(tested.maildrops.uids(mrose), [1, 2]);
  }
});

Deno.test("pop3: RFC 1939 §5: a message that is marked is not there for any command", async () => {
  const lines = await afterLogin(testService(), "DELE 2\r\nLIST 2\r\nUIDL 2\r\nRETR 2\r\nTOP 2 0\r\nDELE 2\r\n");
  assertEquals(lines.slice(1), Array(5).fill("-ERR message 2 already deleted"));
});

Deno.test("pop3: RFC 1939 §5, §7: a number is decimal, however long: there is no such message, or TOP has all of its lines", async () => {
  for (const number of ["0", "3", "99999999999", "9".repeat(100), "9".repeat(1000)]) {
    const lines = await afterLogin(
      testService(),
      ["LIST", "UIDL", "RETR", "DELE"].map((it) => `${it} ${number}\r\n`).join(""),
    );
    assertEquals(lines, Array(4).fill("-ERR no such message, only 2 messages in maildrop"));
    const [top, ...content] = await afterLogin(testService(), `TOP 1 ${number}\r\n`);
    const [, ...whole] = await afterLogin(testService(), "RETR 1\r\n");
    assertEquals(top, "+OK");
    if (number.length > 1) assertEquals(content, whole);
  }
  const wrong = await afterLogin(
    testService(),
    "LIST -1\r\nLIST +1\r\nLIST 1.0\r\nLIST 0x1\r\nLIST 1e0\r\nLIST ١\r\nTOP 1 -1\r\n",
  );
  assertEquals(wrong, [...Array(6).fill("-ERR expected LIST [msg]"), "-ERR expected TOP msg n"]);
});

Deno.test("pop3: RFC 1939 §5: RSET unmarks, and QUIT then removes nothing", async () => {
  const tested = testService();
  await afterLogin(tested, "DELE 1\r\nDELE 2\r\nRSET\r\nQUIT\r\n");
  assertEquals(tested.maildrops.uids(mrose), [1, 2]);
  assertEquals(tested.maildrops.batches, []);
});

Deno.test("pop3: RFC 1939 §5: an empty maildrop is listed with success", async () => {
  const lines = await afterLogin(
    testService({ maildrops: new FakeMaildrops({ [mrose]: [] }) }),
    "STAT\r\nLIST\r\nUIDL\r\n",
  );
  assertEquals(lines, ["+OK 0 0", "+OK 0 messages (0 octets)", ".", "+OK", "."]);
});

Deno.test("pop3: RFC 1939 §6: QUIT removes in one batch, and is answered when that is durable", async () => {
  const tested = testService();
  const durable = Promise.withResolvers<void>(), asked = Promise.withResolvers<void>();
  tested.maildrops.onApply = () => {
    asked.resolve();
    return durable.promise;
  };
  let isAnswered = false;
  const talking = talk(tested, `${login}DELE 1\r\nDELE 2\r\nQUIT\r\n`).then((talked) => {
    isAnswered = true;
    return talked;
  });
  await asked.promise;
  for (let turn = 0; turn < 100; turn++) await Promise.resolve();
  assert(!isAnswered);
  durable.resolve();
  assertEquals((await talking).lines.at(-1), "+OK dewey POP3 server signing off (maildrop empty)");
  assertEquals(tested.maildrops.batches, [[{ do: "expunge", mailbox: 1, uids: [[1, 2]] }]] as unknown[]);
});

Deno.test("pop3: RFC 1939 §6: when removing fails QUIT says so, messages stay, the lock does not", async () => {
  const tested = testService();
  tested.maildrops.onApply = () => {
    throw new Refusal("unavailable", "the disk is full");
  };
  const lines = await afterLogin(tested, "DELE 1\r\nQUIT\r\n");
  assertEquals(lines.at(-1), "-ERR [SYS/TEMP] some deleted messages not removed");
  assertEquals(tested.maildrops.uids(mrose), [1, 2]);
  assertEquals(tested.maildrops.locked.size, 0);
  assert(tested.log.lines.some((line) => line.startsWith("error deleted messages were not removed")));
});

Deno.test("pop3: RFC 1939 §6: no message that was not marked is removed, whatever lies between those that were", async () => {
  const maildrops = new FakeMaildrops({ [mrose]: Array(6).fill(mailOf(50)) });
  maildrops.expunge(mrose, 3);
  const tested = testService({ maildrops });
  await afterLogin(tested, "DELE 1\r\nDELE 2\r\nDELE 3\r\nDELE 5\r\nQUIT\r\n");
  assertEquals(maildrops.uids(mrose), [5]);
  assertEquals(maildrops.batches, [[{ do: "expunge", mailbox: 1, uids: [[1, 2], 4, 6] }]] as unknown[]);
});

Deno.test("pop3: RFC 1939 §4: numbers and sizes stay what they are while mail arrives and goes", async () => {
  const tested = testService();
  const { maildrops } = tested;
  let opened = 0;
  maildrops.onOpen = () => {
    if (opened++ > 0) return;
    maildrops.deliver(mrose, mailOf(300));
    maildrops.expunge(mrose, 1);
  };
  const lines = await afterLogin(
    tested,
    "TOP 2 0\r\nSTAT\r\nLIST\r\nRETR 1\r\nTOP 1 0\r\nUIDL 1\r\nDELE 1\r\nQUIT\r\n",
  );
  assertEquals(lines.slice(4), [
    "+OK 2 320",
    "+OK 2 messages (320 octets)",
    "1 120",
    "2 200",
    ".",
    "-ERR [SYS/TEMP] message 1 has been removed by another session",
    "-ERR [SYS/TEMP] message 1 has been removed by another session",
    "+OK 1 4294967295.1",
    "+OK message 1 deleted",
    // What is gone already is removed.
    "+OK dewey POP3 server signing off (1 message left)",
  ]);
  assertEquals(maildrops.uids(mrose), [2, 3]);
});

Deno.test("pop3: RFC 1939 §7: unique-ids are the same in every session, also after one that ended without QUIT", async () => {
  const tested = testService();
  const first = await afterLogin(tested, "UIDL\r\n");
  await afterLogin(tested, "DELE 1\r\nQUIT\r\n");
  tested.maildrops.deliver(mrose, mailOf(80));
  const third = await afterLogin(tested, "UIDL\r\nQUIT\r\n");
  assertEquals(first.slice(1, 3), ["1 4294967295.1", "2 4294967295.2"]);
  assertEquals(third.slice(1, 3), ["1 4294967295.2", "2 4294967295.3"]);
  for (const line of [...first, ...third].slice(1, 3)) assertMatch(line, /^\d+ [!-~]{1,70}$/);
});

Deno.test("pop3: RFC 1939 §4: a maildrop is opened by one session at a time, and is free when that ends", async () => {
  const tested = testService();
  const gate = Promise.withResolvers<void>(), reached = Promise.withResolvers<void>();
  tested.maildrops.onOpen = () => {
    reached.resolve();
    return gate.promise;
  };
  const first = talk(tested, `${login}RETR 1\r\nQUIT\r\n`, { id: "first" });
  await reached.promise;
  const second = await talk(tested, `${login}STAT\r\nQUIT\r\n`, { id: "second" });
  assertEquals(second.lines.slice(2), [
    "-ERR [IN-USE] maildrop already locked by another session",
    "-ERR log in first",
    "+OK dewey POP3 server signing off",
  ]);
  assertEquals(tested.maildrops.locked, new Set([account]));
  gate.resolve();
  await first;
  assertEquals((await afterLogin(tested, "STAT\r\n"))[0], "+OK 2 320");
});

Deno.test("pop3: RFC 1939 §4: a maildrop that cannot be opened is refused, and not left locked", async () => {
  const broken = testService();
  broken.maildrops.onMessages = () => {
    throw new Refusal("unavailable", "the database is away");
  };
  const refused = await talk(broken, `${login}STAT\r\n`);
  assertEquals(refused.lines.slice(2), ["-ERR [SYS/TEMP] local error, try again later", "-ERR log in first"]);
  assertEquals(broken.maildrops.locked.size, 0);
  const missing = testService({ maildrops: new FakeMaildrops({}) });
  assertEquals((await talk(missing, login)).lines[2], "-ERR [SYS/PERM] unable to open maildrop");
  assertEquals(missing.maildrops.locked.size, 0);
});

Deno.test("pop3: a maildrop of ten thousand messages is read a page at a time, and listed whole", async () => {
  const body = mailOf(30);
  const maildrops = new FakeMaildrops({ [mrose]: Array(10_000).fill(body) });
  const tested = testService({ maildrops });
  const lines = await afterLogin(tested, "STAT\r\nUIDL\r\nQUIT\r\n");
  assertEquals(lines.length, 1 + 10_002 + 1);
  assertEquals(lines[0], "+OK 10000 300000");
  assertEquals(lines.at(-3), "10000 4294967295.10000");
  assertEquals(maildrops.pages, Array(5).fill(2000));
});

Deno.test("pop3: RFC 2449 §6.7: EXPIRE 0 removes at QUIT what was retrieved, EXPIRE days what is older", async () => {
  const zero = testService({ options: { expire: 0 } });
  await afterLogin(zero, "RETR 1\r\nTOP 2 9\r\n");
  assertEquals(zero.maildrops.uids(mrose), [1, 2]);
  const lines = await afterLogin(zero, "RETR 1\r\nTOP 2 9\r\nRSET\r\nQUIT\r\n");
  assertEquals(lines.at(-1), "+OK dewey POP3 server signing off (1 message left)");
  assertEquals(zero.maildrops.uids(mrose), [2]);

  const maildrops = new FakeMaildrops({ [mrose]: [] });
  for (const day of ["2026-10-24T06:59:59Z", "2026-10-26T00:00:00Z"]) {
    maildrops.deliver(mrose, mailOf(40), new Date(day));
  }
  const days = testService({ maildrops, options: { expire: 31 } });
  await afterLogin(days, "NOOP\r\n");
  assertEquals(maildrops.uids(mrose), [1, 2]);
  await afterLogin(days, "QUIT\r\n");
  assertEquals(maildrops.uids(mrose), [2]);
});
