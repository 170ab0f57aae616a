/** Several sessions and other protocols on one mailbox: what each is told of the others, and when (RFC 9051 §5.2, §7.5.1). */
import { assert, assertEquals } from "@std/assert";
import { overEachStorage } from "../over_each_storage.ts";
import { fred, type ImapClient, logIn, testService } from "./talk.ts";

const message = "Subject: x\r\n\r\ntext\r\n";
const three = [message, message, message];

/** Lines up to one that is as expected. */
async function until({ wire }: ImapClient, last: string): Promise<string[]> {
  const lines: string[] = [];
  for (let line = await wire.readLine(); line !== undefined; line = await wire.readLine()) {
    lines.push(line);
    if (line === last) break;
  }
  return lines;
}

overEachStorage("imap: RFC 2177 §3: what others do is told while a client idles, as it happens", async (given) => {
  const service = await testService(given);
  await service.fill(fred, "INBOX", three);
  await using one = await logIn(service);
  await using other = await logIn(service);
  await one.run("SELECT INBOX");
  await other.run("SELECT INBOX");
  one.wire.send("i IDLE\r\n");
  assertEquals(await one.wire.readLine(), "+ Idling");
  await other.run("STORE 2 +FLAGS.SILENT (\\Flagged)");
  assertEquals(await one.wire.readLine(), "* 2 FETCH (UID 2 FLAGS (\\Flagged \\Recent))");
  await service.fill(fred, "INBOX", [message], ["\\Seen"]);
  assertEquals(await until(one, "* 4 RECENT"), ["* 4 EXISTS", "* 4 RECENT"]);
  await other.run("UID STORE 1 +FLAGS.SILENT (\\Deleted)");
  assertEquals(await one.wire.readLine(), "* 1 FETCH (UID 1 FLAGS (\\Deleted \\Recent))");
  await other.run("EXPUNGE");
  assertEquals(await one.wire.readLine(), "* 1 EXPUNGE");
  assertEquals(await one.wire.readLine(), "* 3 RECENT");
  one.wire.send("DONE\r\n");
  assertEquals(await one.wire.readLine(), "i OK No longer idling");
  assertEquals((await one.run("FETCH 1:* UID")).slice(0, -1), [
    "* 1 FETCH (UID 2)",
    "* 2 FETCH (UID 3)",
    "* 3 FETCH (UID 4)",
  ]);
});

overEachStorage(
  "imap: RFC 9051 §7.5.1: what is gone keeps its number during FETCH, STORE and SEARCH",
  async (given) => {
    const service = await testService(given);
    await service.fill(fred, "INBOX", three);
    await using one = await logIn(service);
    await using other = await logIn(service);
    await one.run("SELECT INBOX");
    await other.run("SELECT INBOX");
    await other.run("STORE 2 +FLAGS.SILENT (\\Deleted)");
    await other.run("EXPUNGE");
    // RFC 5530 §3: a hint that there is something to be told.
    assertEquals(await one.run("FETCH 1:3 UID"), [
      "* 1 FETCH (UID 1)",
      "* 3 FETCH (UID 3)",
      "OK [EXPUNGEISSUED] Fetched",
    ]);
    assertEquals(await one.run("STORE 2:3 +FLAGS (\\Seen)"), [
      "* 3 FETCH (UID 3 FLAGS (\\Seen \\Recent))",
      "OK [EXPUNGEISSUED] Stored",
    ]);
    assertEquals((await one.run("SEARCH ALL"))[0], "* SEARCH 1 3");
    // What has come meanwhile comes after it.
    assertEquals(await one.run("FETCH 4 UID"), ["BAD There is no message of such a number"]);
    await service.fill(fred, "INBOX", [message]);
    assertEquals(await one.run("NOOP"), ["* 2 EXPUNGE", "* 3 EXISTS", "* 3 RECENT", "OK Nothing done"]);
    // A command by UIDs tells what is gone itself.
    await other.run("NOOP");
    await other.run("UID STORE 1 +FLAGS.SILENT (\\Deleted)");
    await other.run("EXPUNGE");
    assertEquals(await one.run("UID FETCH 4 UID"), ["* 3 FETCH (UID 4)", "* 1 EXPUNGE", "* 2 RECENT", "OK Fetched"]);
    assertEquals(await one.run("FETCH 1:* UID"), ["* 1 FETCH (UID 3)", "* 2 FETCH (UID 4)", "OK Fetched"]);
  },
);

overEachStorage("imap: RFC 9051 §5.2: what others did is told by whatever command comes next", async (given) => {
  const service = await testService(given);
  await using one = await logIn(service);
  await using other = await logIn(service);
  const commands = [
    "NOOP",
    "CHECK",
    "UID SEARCH ALL",
    "STATUS INBOX (MESSAGES)",
    "COPY 1 INBOX",
    'LIST "" *',
    "ID NIL",
    "EXPUNGE",
  ];
  for (const [index, command] of commands.entries()) {
    await service.fill(fred, `box${index}`, three);
    await one.run(`SELECT box${index}`);
    await other.run(`SELECT box${index}`);
    await other.run("UID STORE 2 +FLAGS.SILENT (\\Deleted)");
    await other.run("EXPUNGE");
    await other.run("STORE 1 +FLAGS.SILENT (\\Flagged)");
    const lines = await one.run(command);
    assert(lines.includes("* 2 EXPUNGE"), `${command}: ${lines}`);
    assert(lines.includes("* 1 FETCH (UID 1 FLAGS (\\Flagged \\Recent))"), `${command}: ${lines}`);
  }
});

overEachStorage("imap: RFC 3501 §2.3.2: a message is recent in one session only", async (given) => {
  const service = await testService(given);
  await service.fill(fred, "INBOX", [message]);
  await using one = await logIn(service);
  await using other = await logIn(service);
  assert((await one.run("SELECT INBOX")).includes("* 1 RECENT"));
  assert((await other.run("SELECT INBOX")).includes("* 0 RECENT"));
  await service.fill(fred, "INBOX", [message, message]);
  assertEquals(await other.run("NOOP"), ["* 3 EXISTS", "* 2 RECENT", "OK Nothing done"]);
  assertEquals(await one.run("NOOP"), ["* 3 EXISTS", "* 1 RECENT", "OK Nothing done"]);
  assertEquals((await one.run("FETCH 1:* FLAGS")).slice(0, -1), [
    "* 1 FETCH (FLAGS (\\Recent))",
    "* 2 FETCH (FLAGS ())",
    "* 3 FETCH (FLAGS ())",
  ]);
  assertEquals(await other.run("SEARCH RECENT"), ["* SEARCH 2 3", "OK Searched"]);
  // IMAP4rev2 knows nothing of it, and takes nothing from others.
  await service.fill(fred, "INBOX", [message]);
  await using modern = await logIn(service);
  await modern.run("ENABLE IMAP4rev2");
  assert(!(await modern.run("SELECT INBOX")).some((line) => line.includes("RECENT")));
  assertEquals(await one.run("NOOP"), ["* 4 EXISTS", "* 2 RECENT", "OK Nothing done"]);
});

overEachStorage(
  "imap: RFC 3501 §2.3.2: what a session appends to its own mailbox is recent in it alone",
  async (given) => {
    const service = await testService(given);
    await using one = await logIn(service);
    await using other = await logIn(service);
    await one.run("SELECT INBOX");
    await other.run("SELECT INBOX");
    const append = `APPEND INBOX {${message.length}+}\r\n${message}`;
    assertEquals((await one.run(append)).slice(0, -1), ["* 1 EXISTS", "* 1 RECENT"]);
    assertEquals((await other.run("NOOP")).slice(0, -1), ["* 1 EXISTS", "* 0 RECENT"]);
    // Of what others put there before, what no other session has been told of.
    await service.fill(fred, "INBOX", [message]);
    await other.run("NOOP");
    await service.fill(fred, "INBOX", [message]);
    assertEquals((await one.run(append)).slice(0, -1), ["* 4 EXISTS", "* 3 RECENT"]);
    assertEquals(await one.run("SEARCH RECENT"), ["* SEARCH 1 3 4", "OK Searched"]);
    assertEquals(
      await other.run("SEARCH RECENT"),
      ["* SEARCH 2", "* 4 EXISTS", "* 1 RECENT", "OK Searched"],
    );
    await service.fill(fred, "INBOX", [message]);
    assertEquals((await one.run("NOOP")).slice(0, -1), ["* 5 EXISTS", "* 4 RECENT"]);
  },
);

overEachStorage(
  "imap: RFC 9051 §7.1: a keyword that another session makes is told before it is seen",
  async (given) => {
    const service = await testService(given);
    await service.fill(fred, "INBOX", three);
    await using one = await logIn(service);
    await using other = await logIn(service);
    for (const client of [one, other]) {
      await client.run("ENABLE IMAP4rev2");
      await client.run("SELECT INBOX");
    }
    const told = (keywords: string) => [
      `* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft ${keywords})`,
      `* OK [PERMANENTFLAGS (\\Answered \\Flagged \\Draft \\Deleted \\Seen ${keywords} \\*)] Flags that are kept`,
    ];
    await other.run("STORE 1 +FLAGS.SILENT (Mine)");
    assertEquals(await one.run("NOOP"), [...told("Mine"), "* 1 FETCH (UID 1 FLAGS (Mine))", "OK Nothing done"]);
    // In FETCH, too; and only once, whatever its case.
    const { id } = await service.mailbox(fred);
    await service.storage.apply([{
      do: "setFlags",
      mailbox: id,
      uids: [2],
      change: { mode: "add", flags: ["mine", "Other"] },
    }]);
    const lines = await one.run("FETCH 2 FLAGS");
    assertEquals(lines.slice(0, 3), [...told("Mine Other"), "* 2 FETCH (FLAGS (mine Other))"]);
  },
);

overEachStorage("imap: RFC 9051 §6.4.3: EXPUNGE removes nothing that the client has not seen", async (given) => {
  const service = await testService(given);
  await service.fill(fred, "INBOX", [message], ["\\Deleted"]);
  await using one = await logIn(service);
  await one.run("SELECT INBOX");
  const { id } = await service.mailbox(fred);
  for (const command of ["EXPUNGE", "UID EXPUNGE 1:*", "UID EXPUNGE 1:4294967295", "UID MOVE 1:99 INBOX"]) {
    // It has come, and the client has not been told.
    await service.storage.apply([{ do: "takeRecent", mailbox: id }]);
    await service.fill(fred, "INBOX", [message], ["\\Deleted"]);
    const last = (await service.mailbox(fred)).uidNext - 1;
    await one.run(command);
    const { messages } = await service.storage.messages(id, { uids: [last] });
    assertEquals(messages.length, 1, command);
  }
  // CLOSE neither.
  await service.fill(fred, "INBOX", [message], ["\\Deleted"]);
  await one.run("CLOSE");
  assertEquals((await service.mailbox(fred)).messages, 1);
});

overEachStorage("imap: RFC 9051 §6.4.6: with .SILENT too, what others have changed is told", async (given) => {
  const service = await testService(given);
  await service.fill(fred, "INBOX", three);
  await using one = await logIn(service);
  await using other = await logIn(service);
  for (const client of [one, other]) {
    await client.run("ENABLE IMAP4rev2");
    await client.run("SELECT INBOX");
  }
  await other.run("STORE 2 +FLAGS.SILENT (\\Flagged)");
  const lines = await one.run("STORE 1:2 +FLAGS.SILENT (\\Seen)");
  assert(lines.includes("* 2 FETCH (UID 2 FLAGS (\\Flagged \\Seen))"), `${lines}`);
  // Once told, it is not told again; nor is what one did oneself.
  assertEquals(await one.run("NOOP"), ["OK Nothing done"]);
  assertEquals(await one.run("STORE 3 +FLAGS.SILENT (\\Seen)"), ["OK Stored"]);
  assertEquals(await one.run("STORE 3 -FLAGS (\\Seen)"), ["* 3 FETCH (UID 3 FLAGS ())", "OK Stored"]);
  assertEquals(await one.run("NOOP"), ["OK Nothing done"]);
});

overEachStorage("imap: RFC 9051 §6.4.5: what others expunge while it is fetched is passed over", async (given) => {
  const service = await testService(given);
  const large = `Subject: x\r\n\r\n${"x".repeat(5000)}\r\n`;
  await service.fill(fred, "INBOX", Array.from({ length: 60 }, () => large));
  await using one = await logIn(service, fred, { window: 20_000 });
  await one.run("EXAMINE INBOX");
  one.wire.send("f FETCH 1:* (UID BODY.PEEK[] ENVELOPE)\r\n");
  while (one.wire.unread.length < 20_000) await one.wire.changed;
  // The server cannot go on before this client reads.
  const { id } = await service.mailbox(fred);
  await service.storage.apply([{ do: "expunge", mailbox: id, uids: [[30, 59]] }]);
  const lines = await until(one, "f OK [EXPUNGEISSUED] Fetched");
  assertEquals(lines.at(-1), "f OK [EXPUNGEISSUED] Fetched");
  const fetched = lines.filter((line) => line.startsWith("* ")).map((line) => Number(/UID (\d+)/.exec(line)?.[1]));
  assertEquals(fetched.slice(0, 10), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  assertEquals(fetched.at(-1), 60);
  assert(fetched.length < 60);
  assertEquals((await one.run("NOOP")).filter((line) => line.endsWith(" EXPUNGE")).length, 30);
});

overEachStorage(
  "imap: a mailbox that is removed under a session ends it, once the command in hand is answered",
  async (given) => {
    const service = await testService(given);
    for (const name of ["a", "b"]) await service.fill(fred, name, three);
    await using owner = await logIn(service);
    await using idling = await logIn(service);
    await using asking = await logIn(service);
    await idling.run("SELECT a");
    await asking.run("SELECT b");
    idling.wire.send("i IDLE\r\n");
    assertEquals(await idling.wire.readLine(), "+ Idling");
    await owner.run("DELETE a");
    assertEquals(await until(idling, "* BYE The selected mailbox is gone"), [
      "i NO [NONEXISTENT] There is no such mailbox",
      "* BYE The selected mailbox is gone",
    ]);
    await owner.run("DELETE b");
    assertEquals(await asking.run("APPEND INBOX {3+}\r\nx\r\n"), [
      `OK [APPENDUID ${(await service.mailbox(fred)).uidValidity} 1] Appended`,
    ]);
    assertEquals(await asking.wire.readLine(), "* BYE The selected mailbox is gone");
    assertEquals(await asking.wire.readLine(), undefined);
    assertEquals(service.log.lines.filter((line) => /^(error|warn) /.test(line)), []);
  },
);

overEachStorage("imap: a mailbox that is renamed under a session stays selected", async (given) => {
  const service = await testService(given);
  await service.fill(fred, "a", three);
  await using owner = await logIn(service);
  await using other = await logIn(service);
  await other.run("SELECT a");
  await owner.run("RENAME a z");
  assertEquals(await other.run("NOOP"), ["OK Nothing done"]);
  assertEquals((await other.run("STORE 1 +FLAGS (\\Seen)")).at(-1), "OK Stored");
  assertEquals((await other.run("COPY 1 z")).at(-1)?.slice(0, 12), "OK [COPYUID ");
  // RFC 9051 §6.3.6: from INBOX, the messages go.
  await service.fill(fred, "INBOX", three);
  await other.run("SELECT INBOX");
  await owner.run("RENAME INBOX old");
  assertEquals((await other.run("NOOP")).slice(0, -1), [...Array(3).fill("* 1 EXPUNGE"), "* 0 RECENT"]);
});

overEachStorage(
  "imap: an account that is removed ends what its sessions have selected, and gives them nothing more",
  async (given) => {
    const service = await testService(given);
    await service.fill(fred, "INBOX", three);
    await using selected = await logIn(service);
    await using authenticated = await logIn(service);
    await selected.run("SELECT INBOX");
    await service.storage.apply([{ do: "removeAccount", account: service.account(fred) }]);
    assertEquals((await selected.run("FETCH 1 BODY[]")).at(-1)?.slice(0, 3), "NO ");
    assertEquals(await selected.wire.readLine(), "* BYE The selected mailbox is gone");
    for (
      const command of [
        "SELECT INBOX",
        "APPEND INBOX {3+}\r\nx\r\n",
        "CREATE x",
        "STATUS INBOX (MESSAGES)",
        "SUBSCRIBE x",
      ]
    ) {
      assertEquals((await authenticated.run(command)).at(-1)?.slice(0, 3), "NO ", command);
    }
    assertEquals(await authenticated.run('LIST "" *'), ["OK That is all"]);
    assertEquals(service.log.lines.filter((line) => line.startsWith("error ")), []);
  },
);
