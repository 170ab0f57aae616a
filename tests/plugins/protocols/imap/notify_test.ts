/** NOTIFY (RFC 5465): what is told of the selected mailbox, of others, and when. */
import { assertEquals } from "@std/assert";
import { overEachStorage } from "../over_each_storage.ts";
import { Refusal } from "../../../../core/contract/mod.ts";
import { bob, fred, logIn, type TestService, testService } from "./talk.ts";

const text = "Subject: Re: good morning\r\nFrom: alice@example.org\r\nTo: bob@example.org\r\n\r\nText\r\n";

async function filled(given: Parameters<typeof testService>[0] = {}): Promise<TestService> {
  const service = await testService(given);
  await service.fill(fred, "INBOX", [text, text, text]);
  await service.fill(fred, "Lists/Lemonade", [text]);
  return service;
}

async function flag(service: TestService, name: string, uids: number[], flags: string[]): Promise<void> {
  const { id } = await service.mailbox(fred, name);
  await service.storage.apply([{ do: "setFlags", mailbox: id, uids, change: { mode: "add", flags } }]);
}

async function expunge(service: TestService, name: string, uids: number[]): Promise<void> {
  const { id } = await service.mailbox(fred, name);
  await service.storage.apply([{ do: "expunge", mailbox: id, uids }]);
}

overEachStorage("notify: RFC 5465 §3.1, the example: news comes while no command is under way", async (given) => {
  const service = await filled(given);
  await using client = await logIn(service);
  const lists = "(subtree Lists (MessageNew MessageExpunge))";
  const selected = "(selected MessageNew (uid body.peek[header.fields (from to subject)]) MessageExpunge)";
  assertEquals((await client.run(`notify set status ${selected} ${lists}`)).at(-1), "OK You will be told");
  await client.run("select inbox");
  await service.fill(fred, "Lists/Lemonade", [text]);
  assertEquals(await client.told(1), ["* STATUS Lists/Lemonade (UIDNEXT 3 MESSAGES 2)"]);
  await service.fill(fred, "INBOX", [text]);
  assertEquals(await client.told(7), [
    ...["* 4 EXISTS", "* 4 RECENT", "* 4 FETCH (UID 4 BODY[HEADER.FIELDS (from to subject)] {75}"],
    ...["Subject: Re: good morning", "From: alice@example.org", "To: bob@example.org", ""],
  ]);
  assertEquals(await client.told(1), [")"]);
  // What no filter is about is not told.
  await service.fill(fred, "misc", [text]);
  await flag(service, "Lists/Lemonade", [1], ["\\Seen"]);
  await flag(service, "INBOX", [1], ["\\Seen"]);
  await client.nothingMore();
  assertEquals(await client.run(`notify set ${selected} ${lists} (mailboxes misc (MessageNew MessageExpunge))`), [
    "OK You will be told",
  ]);
  await service.fill(fred, "misc", [text]);
  assertEquals(await client.told(1), ["* STATUS misc (UIDNEXT 3 MESSAGES 2)"]);
});

Deno.test("notify: RFC 5465 §5.1: changes of flags, with mod-sequences once the client knows of those", async () => {
  const service = await filled();
  await using client = await logIn(service);
  await client.run(
    "NOTIFY SET (selected (MessageNew FlagChange MessageExpunge)) " +
      "(subtree Lists (MessageNew FlagChange MessageExpunge))",
  );
  await client.run("SELECT INBOX");
  await flag(service, "INBOX", [2], ["$Junk"]);
  // §5.1: FLAGS and PERMANENTFLAGS, for a keyword that is new.
  assertEquals((await client.told(3)).slice(2), ["* 2 FETCH (UID 2 FLAGS ($Junk \\Recent))"]);
  await flag(service, "Lists/Lemonade", [1], ["$Junk"]);
  await client.nothingMore();
  await flag(service, "Lists/Lemonade", [1], ["\\Seen"]);
  assertEquals(await client.told(1), ["* STATUS Lists/Lemonade (UNSEEN 0)"]);
  await client.run("ENABLE CONDSTORE");
  await flag(service, "Lists/Lemonade", [1], ["\\Flagged"]);
  const { uidValidity } = await service.mailbox(fred, "Lists/Lemonade");
  assertEquals(await client.told(1), [`* STATUS Lists/Lemonade (HIGHESTMODSEQ 5 UIDVALIDITY ${uidValidity})`]);
  await service.fill(fred, "Lists/Lemonade", [text]);
  assertEquals(await client.told(1), [
    `* STATUS Lists/Lemonade (UIDNEXT 3 MESSAGES 2 UNSEEN 1 HIGHESTMODSEQ 6 UIDVALIDITY ${uidValidity})`,
  ]);
  // A mailbox of the same name that is another.
  const { id } = await service.mailbox(fred, "Lists/Lemonade");
  await service.storage.apply([{ do: "removeMailbox", mailbox: id }]);
  await service.fill(fred, "Lists/Lemonade", []);
  const other = await service.mailbox(fred, "Lists/Lemonade");
  assertEquals(await client.told(1), [
    `* STATUS Lists/Lemonade (UIDNEXT 1 MESSAGES 0 UNSEEN 0 HIGHESTMODSEQ 1 UIDVALIDITY ${other.uidValidity})`,
  ]);
});

Deno.test("notify: RFC 5465 §5.3, §6.1: what is gone is told at once, or with SELECTED-DELAYED when the client asks", async () => {
  const service = await filled();
  await using now = await logIn(service);
  await using later = await logIn(service);
  await using qresync = await logIn(service);
  const events = "(MessageNew (UID) FlagChange MessageExpunge)";
  await qresync.run("ENABLE QRESYNC");
  for (const client of [now, qresync]) await client.run(`NOTIFY SET (SELECTED ${events})`);
  await later.run(`NOTIFY SET (SELECTED-DELAYED ${events})`);
  for (const client of [now, later, qresync]) await client.run("EXAMINE INBOX");
  await expunge(service, "INBOX", [1, 3]);
  assertEquals(await now.told(2), ["* 1 EXPUNGE", "* 2 EXPUNGE"]);
  assertEquals(await qresync.told(1), ["* VANISHED 1,3"]);
  await service.fill(fred, "INBOX", [text]);
  assertEquals((await later.told(3)).filter((line) => !line.endsWith("RECENT")), ["* 4 EXISTS", "* 4 FETCH (UID 4)"]);
  assertEquals(await later.run("FETCH 1 UID"), ["OK [EXPUNGEISSUED] Fetched"]);
  assertEquals(await later.run("FETCH 2 UID"), ["* 2 FETCH (UID 2)", "OK [EXPUNGEISSUED] Fetched"]);
  assertEquals(await later.run("NOOP"), ["* 1 EXPUNGE", "* 2 EXPUNGE", "* 2 RECENT", "OK Nothing done"]);
  await expunge(service, "INBOX", [2]);
  later.wire.send("i IDLE\r\n");
  assertEquals(await later.told(2), ["+ Idling", "* 1 EXPUNGE"]);
});

Deno.test("notify: RFC 5465 §3.1: without a filter for it, nothing is told of the selected mailbox but what the client does", async () => {
  const service = await filled();
  await using client = await logIn(service);
  await client.run("SELECT INBOX");
  for (const command of ["NOTIFY SET (selected NONE)", "NOTIFY SET (mailboxes x (MailboxName))", "NOTIFY NONE"]) {
    await client.run("NOTIFY SET (selected (MessageNew FlagChange MessageExpunge))");
    await client.run(command);
    await service.fill(fred, "INBOX", [text]);
    await flag(service, "INBOX", [1], [`$${command.length}`]);
    await client.nothingMore();
    client.wire.send("i IDLE\r\nDONE\r\n");
    assertEquals(await client.told(2), ["+ Idling", "i OK No longer idling"], command);
  }
  // RFC 5465 §1: responses to a command are not notifications.
  assertEquals((await client.run("STORE 1 FLAGS (\\Deleted)"))[0], "* 1 FETCH (UID 1 FLAGS (\\Deleted \\Recent))");
  assertEquals((await client.run("EXPUNGE")).filter((line) => line.endsWith("EXPUNGE")), ["* 1 EXPUNGE"]);
  await service.fill(fred, "INBOX", [text]);
  // NOTIFY SET tells what has gathered.
  assertEquals((await client.run("NOTIFY SET (selected (MessageNew MessageExpunge))"))[0], "* 6 EXISTS");
});

Deno.test("notify: RFC 5465 §4: IDLE tells what was asked for, and nothing else", async () => {
  const service = await filled();
  await using client = await logIn(service);
  await client.run("NOTIFY SET (selected (MessageNew (UID) MessageExpunge)) (personal (MailboxName))");
  await client.run("EXAMINE INBOX");
  client.wire.send("i IDLE\r\n");
  assertEquals(await client.told(1), ["+ Idling"]);
  await flag(service, "INBOX", [1], ["\\Flagged"]);
  await service.fill(fred, "Lists/Lemonade", [text]);
  await service.fill(fred, "new", []);
  assertEquals(await client.told(1), ['* LIST (\\HasNoChildren) "/" new']);
  await service.fill(fred, "INBOX", [text]);
  assertEquals(await client.told(3), ["* 4 EXISTS", "* 4 RECENT", "* 4 FETCH (UID 4)"]);
  client.wire.send("DONE\r\n");
  assertEquals(await client.told(1), ["i OK No longer idling"]);
});

Deno.test("notify: RFC 5465 §5: what the client does itself is not told, and what another does meanwhile is", async () => {
  const service = await filled();
  await using client = await logIn(service);
  await using other = await logIn(service);
  await client.run("ENABLE CONDSTORE METADATA");
  await client.run("SELECT INBOX");
  const events = "(MessageNew MessageExpunge FlagChange MailboxName SubscriptionChange MailboxMetadataChange " +
    "ServerMetadataChange)";
  await client.run(`NOTIFY SET (selected (MessageNew (UID FLAGS) MessageExpunge FlagChange)) (personal ${events})`);
  const append = `APPEND Lists/Lemonade {${text.length}+}\r\n${text}`;
  const commands = [
    ...["CREATE new", "RENAME new newer", "RENAME Lists Liste", "RENAME Liste Lists", "DELETE newer"],
    ...["SUBSCRIBE x", "UNSUBSCRIBE x", 'SETMETADATA INBOX (/private/comment "x")'],
    ...['SETMETADATA "" (/private/comment "x")', append, append, "UID COPY 1:2 Lists/Lemonade"],
    ...["UID STORE 1 +FLAGS.SILENT (\\Seen)"],
  ];
  for (const command of commands) {
    const lines = await client.run(command);
    // RFC 7162 §3.1: a mod-sequence is part of what STORE answers.
    assertEquals(lines.filter((line) => !/^OK|^\* 1 FETCH/.test(line)), [], command);
    assertEquals(lines.at(-1)?.slice(0, 2), "OK", command);
  }
  // RFC 5465 §5.2: an EXISTS, and no FETCH.
  assertEquals((await client.run(`APPEND INBOX {${text.length}+}\r\n${text}`)).slice(0, -1), [
    "* 4 EXISTS",
    "* 4 RECENT",
  ]);
  await client.nothingMore();
  // Another puts something there meanwhile, or changes flags.
  const meanwhile = async (doing: () => Promise<unknown>) => {
    client.wire.send(`a APPEND Lists/Lemonade {${text.length}}\r\n`);
    assertEquals(await client.told(1), ["+ Go ahead"]);
    await doing();
    client.wire.send(`${text}\r\n`);
    const [status = "", reply = ""] = await client.told(2);
    assertEquals(reply.slice(0, 15), "a OK [APPENDUID");
    return status.slice(0, status.indexOf(" HIGHESTMODSEQ"));
  };
  assertEquals(await meanwhile(() => other.run(append)), "* STATUS Lists/Lemonade (UIDNEXT 8 MESSAGES 7 UNSEEN 7");
  const status = await meanwhile(() => flag(service, "Lists/Lemonade", [1], ["\\Seen"]));
  assertEquals(status, "* STATUS Lists/Lemonade (UIDNEXT 9 MESSAGES 8");
  await client.nothingMore();
});

Deno.test("notify: RFC 5465 §5.2, RFC 5267 §4.3: searches that go on are told while no command is under way", async () => {
  const service = await filled();
  await using client = await logIn(service);
  await client.run("ENABLE IMAP4rev2");
  await client.run("EXAMINE INBOX");
  await client.run("NOTIFY SET (selected (MessageNew (UID FLAGS) FlagChange MessageExpunge))");
  const found = await client.run("UID SEARCH RETURN (COUNT UPDATE) UNSEEN");
  const [, tag = ""] = /^\* ESEARCH \(TAG "(\w+)"\) UID COUNT 3$/.exec(found[0] ?? "") ?? [];
  await service.fill(fred, "INBOX", [text]);
  assertEquals(await client.told(3), [
    "* 4 EXISTS",
    "* 4 FETCH (UID 4 FLAGS ())",
    `* ESEARCH (TAG "${tag}") UID ADDTO (0 4)`,
  ]);
  await flag(service, "INBOX", [2], ["\\Seen"]);
  assertEquals(await client.told(2), [
    "* 2 FETCH (UID 2 FLAGS (\\Seen))",
    `* ESEARCH (TAG "${tag}") UID REMOVEFROM (0 2)`,
  ]);
  await expunge(service, "INBOX", [1]);
  assertEquals(await client.told(2), [`* ESEARCH (TAG "${tag}") UID REMOVEFROM (0 1)`, "* 1 EXPUNGE"]);
});

Deno.test("notify: RFC 5465 §5.2: what NOTIFY and searches want of a new message is one FETCH, each item once", async () => {
  const service = await filled();
  await using client = await logIn(service);
  await client.run("ENABLE IMAP4rev2");
  await client.run("SELECT INBOX");
  await client.run("NOTIFY SET (selected (MessageNew (UID FLAGS BODY.PEEK[TEXT]) MessageExpunge))");
  const tagOf = async (command: string) => /\(TAG "(\w+)"\)/.exec((await client.run(command)).join())?.[1] ?? "";
  const one = await tagOf("SEARCH RETURN (COUNT UPDATE (UID RFC822.SIZE BODY[TEXT])) TEXT boss");
  const two = await tagOf("UID SEARCH RETURN (COUNT UPDATE (RFC822.SIZE PREVIEW)) TEXT boss");
  const three = await tagOf("UID SEARCH RETURN (COUNT UPDATE) ALL");
  await service.fill(fred, "INBOX", ["Subject: x\r\n\r\nboss", "Subject: x\r\n\r\nnobody"]);
  assertEquals(await client.told(8), [
    "* 5 EXISTS",
    // What sets \Seen does, also where another asks for it with PEEK.
    "* 4 FETCH (UID 4 FLAGS (\\Seen) BODY[TEXT] {4}",
    'boss RFC822.SIZE 18 PREVIEW "boss")',
    "* 5 FETCH (UID 5 FLAGS () BODY[TEXT] {6}",
    "nobody)",
    // §7: after FETCH.
    `* ESEARCH (TAG "${one}") ADDTO (0 4)`,
    `* ESEARCH (TAG "${two}") UID ADDTO (0 4)`,
    `* ESEARCH (TAG "${three}") UID ADDTO (0 4:5)`,
  ]);
  // What the client does itself is fetched for searches alone (§5.2, §7).
  assertEquals((await client.run("APPEND INBOX {18+}\r\nSubject: x\r\n\r\nboss")).slice(0, 3), [
    "* 6 EXISTS",
    "* 6 FETCH (UID 6 RFC822.SIZE 18 BODY[TEXT] {4}",
    'boss PREVIEW "boss" FLAGS (\\Seen))',
  ]);
});

Deno.test("notify: RFC 7162 §3.2.4, RFC 9051 §7.5.2: a FETCH that answers no command has UID and MODSEQ for who knows them", async () => {
  const expected = [
    ["", "* 4 FETCH (RFC822.SIZE 81)"],
    ["ENABLE IMAP4rev2", "* 4 FETCH (UID 4 RFC822.SIZE 81)"],
    ["ENABLE CONDSTORE", "* 4 FETCH (UID 4 MODSEQ (5) RFC822.SIZE 81)"],
    ["ENABLE QRESYNC UIDONLY", "* 4 UIDFETCH (MODSEQ (5) RFC822.SIZE 81)"],
  ] as const;
  for (
    const wanted of [
      "NOTIFY SET (selected (MessageNew (RFC822.SIZE) MessageExpunge))",
      "UID SEARCH RETURN (UPDATE (RFC822.SIZE)) ALL",
    ]
  ) {
    for (const [enable, told] of expected) {
      const service = await filled();
      await using client = await logIn(service);
      if (enable !== "") await client.run(enable);
      await client.run("SELECT INBOX");
      await client.run(wanted);
      await service.fill(fred, "INBOX", [text]);
      const lines = await client.run("NOOP");
      assertEquals(lines.find((line) => line.includes("FETCH")), told, `${enable} ${wanted}`);
    }
  }
});

Deno.test("notify: RFC 8437 §4: after UNAUTHENTICATE nothing is told any more", async () => {
  const service = await filled();
  await using client = await logIn(service);
  await client.run("NOTIFY SET (personal (MessageNew MessageExpunge MailboxName))");
  await client.run("UNAUTHENTICATE");
  await service.fill(fred, "INBOX", [text]);
  await client.nothingMore();
  await client.run(`LOGIN ${bob} secret`);
  await service.fill(fred, "new", [text]);
  await client.nothingMore();
});

Deno.test("notify: RFC 5465 §5.8: when news cannot be told, the client is told that, and nothing else from then on", async () => {
  let isBroken = false;
  const service = await testService();
  const storage = new Proxy(service.storage, {
    get(target, name) {
      if (name === "mailbox" && isBroken) return () => Promise.reject(new Refusal("unavailable", "the disk is away"));
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  Object.assign(service.service.context, { storage });
  await using client = await logIn(service);
  await client.run("NOTIFY SET (personal (MessageNew MessageExpunge))");
  await service.fill(fred, "INBOX", [text]);
  assertEquals(await client.told(1), ["* STATUS INBOX (UIDNEXT 2 MESSAGES 1)"]);
  isBroken = true;
  await service.fill(fred, "INBOX", [text]);
  assertEquals((await client.told(1))[0]?.slice(0, 27), "* OK [NOTIFICATIONOVERFLOW]");
  isBroken = false;
  await service.fill(fred, "INBOX", [text]);
  await client.nothingMore();
  const again = await client.run("NOTIFY SET STATUS (mailboxes INBOX (MessageNew MessageExpunge))");
  assertEquals(again[0]?.slice(0, 36), "* STATUS INBOX (MESSAGES 3 UIDNEXT 4");
});
