/** GETMETADATA and SETMETADATA: whose entries they are, what is atomic, and what is too much. */
import { assert, assertEquals } from "@std/assert";
import anonymous from "../../../../plugins/auth/anonymous.ts";
import { openSqlite } from "../../../storage/sqlite/open_storage.ts";
import { setUpMechanism, testMechanisms } from "../../../support/test_directory.ts";
import { bob, carol, fred, ImapClient, logIn, type TestService, testService } from "./talk.ts";

const shared = '"Other Users/bob@example.org/INBOX"';

/** Fred has these rights in Bob's INBOX. */
async function sharing(rights: string): Promise<TestService> {
  const service = await testService({ options: { administrators: [carol] } });
  const { id } = await service.mailbox(bob);
  await service.storage.apply([{ do: "setRights", mailbox: id, who: service.account(fred), rights }]);
  return service;
}

Deno.test("metadata: RFC 5464 §3.2: private entries are each user's own, shared ones are the mailbox's", async () => {
  const service = await sharing("lrw");
  await using owner = await logIn(service, bob);
  await using friend = await logIn(service, fred);
  assertEquals(await owner.run('SETMETADATA INBOX (/private/comment "mine" /shared/comment "ours")'), ["OK Done"]);
  assertEquals(await friend.run(`GETMETADATA ${shared} (/private/comment /shared/comment)`), [
    `* METADATA ${shared} (/private/comment NIL /shared/comment "ours")`,
    "OK That is all",
  ]);
  await friend.run(`SETMETADATA ${shared} (/private/comment "yours" /shared/comment "all")`);
  assertEquals(await owner.run("GETMETADATA INBOX (DEPTH infinity) (/private /shared)"), [
    '* METADATA INBOX (/private/comment "mine" /shared/comment "all")',
    "OK That is all",
  ]);
});

Deno.test("metadata: RFC 5464 §3.3: the server's shared entries are for administrators to set, and for all to read", async () => {
  const service = await sharing("");
  await using administrator = await logIn(service, carol);
  await using user = await logIn(service, fred);
  const set = 'SETMETADATA "" (/shared/comment "Closed on Sundays" /shared/filters/values/new "UNSEEN")';
  assertEquals((await user.run(set))[0]?.slice(0, 11), "NO [NOPERM]");
  assertEquals(await administrator.run(set), ["OK Done"]);
  assertEquals(
    (await user.run('GETMETADATA "" /shared/comment'))[0],
    '* METADATA "" (/shared/comment "Closed on Sundays")',
  );
  // RFC 5466 §3.1: and so are filters.
  await user.run("SELECT INBOX");
  assertEquals((await user.run("SEARCH FILTER new")).at(-1)?.slice(0, 2), "OK");
  assertEquals((await user.run("SEARCH FILTER old")).at(-1)?.slice(0, 25), "NO [UNDEFINED-FILTER old]");
});

Deno.test("metadata: RFC 5464 §4.3: when one entry cannot be set, none is", async () => {
  const service = await sharing("lr");
  await using user = await logIn(service, fred);
  const values = [
    // Not without "w".
    `${shared} (/private/comment "x" /shared/comment "y")`,
    `"" (/private/comment "x" /shared/comment "y")`,
    `"" (/private/comment "x" /private/filters/values/half "OR ALL")`,
    `"" (/private/comment "x" /private/large {70000+}\r\n${"x".repeat(70_000)})`,
    `INBOX (/private/comment "x" /private/specialuse "\\\\All")`,
  ];
  for (const value of values) {
    const reply = (await user.run(`SETMETADATA ${value}`)).at(-1) ?? "";
    assertEquals(reply.slice(0, 3), "NO ", reply);
    const place = value.slice(0, value.indexOf(" ("));
    assertEquals((await user.run(`GETMETADATA ${place} /private/comment`))[0]?.slice(-5), " NIL)", value.slice(0, 80));
  }
});

Deno.test("metadata: RFC 5464 §4.3: values that are too large, and entries that are too many, have their codes", async () => {
  for (const open of [undefined, openSqlite]) {
    const sqlite = await open?.();
    try {
      const service = await testService(sqlite === undefined ? {} : { storage: sqlite.storage });
      await using client = await logIn(service);
      const set = async (value: string) => (await client.run(`SETMETADATA INBOX (${value})`)).at(-1);
      const large = `{65536+}\r\n${"x".repeat(65_536)}`;
      assertEquals(await set(`/private/a ${large}`), "OK Done");
      assertEquals(
        await set(`/private/b {65537+}\r\n${"x".repeat(65_537)}`),
        "NO [METADATA MAXSIZE 65536] The value is too large",
      );
      for (let from = 1; from < 1000; from += 333) {
        const many = Array.from({ length: 333 }, (_, index) => `/private/${from + index} "x"`).join(" ");
        assertEquals(await set(many), "OK Done");
      }
      assertEquals(await set('/private/more "x"'), "NO [METADATA TOOMANY] There are too many entries");
      assertEquals(await set('/shared/more "x" /private/a NIL'), "OK Done");
      for (let index = 0; index < 15; index++) assertEquals(await set(`/shared/${index} ${large}`), "OK Done");
      assertEquals(await set(`/shared/15 ${large}`), "NO [METADATA TOOMANY] There are too many entries");
      const all = await client.run("GETMETADATA INBOX (DEPTH 1 MAXSIZE 10) (/private /shared)");
      assertEquals(all.length, 2);
      assertEquals(all.at(-1), "OK [METADATA LONGENTRIES 65536] That is all");
    } finally {
      await sqlite?.close();
    }
  }
});

Deno.test("metadata: RFC 5464 §4.1: entries go with their mailbox, and are not found again in one of the same name", async () => {
  await using client = await logIn(await testService());
  const comment = async (name: string) => (await client.run(`GETMETADATA ${name} /private/comment`))[0] ?? "";
  await client.run("CREATE x");
  await client.run('SETMETADATA x (/private/comment "c")');
  await client.run("RENAME x y");
  assertEquals(await comment("y"), '* METADATA y (/private/comment "c")');
  await client.run("DELETE y");
  await client.run("CREATE y");
  assertEquals(await comment("y"), "* METADATA y (/private/comment NIL)");
  await client.run('SETMETADATA INBOX (/private/comment "i")');
  await client.run("RENAME INBOX old");
  assertEquals(await comment("old"), '* METADATA old (/private/comment "i")');
  assertEquals(await comment("INBOX"), '* METADATA INBOX (/private/comment "i")');
});

Deno.test("metadata: RFC 5464 §4.4.2: who has enabled it is told the names of entries that others change", async () => {
  const service = await sharing("lrw");
  await using owner = await logIn(service, bob);
  await using friend = await logIn(service, fred);
  await using administrator = await logIn(service, carol);
  await owner.run('SETMETADATA INBOX (/shared/old "1" /private/own "1")');
  assertEquals(await friend.run("ENABLE METADATA"), ["* ENABLED METADATA", "OK Enabled"]);
  assertEquals(await friend.run("NOOP"), ["OK Nothing done"]);
  await owner.run('SETMETADATA INBOX (/shared/old "2" /shared/new "1" /private/own "2")');
  assertEquals(await friend.run("NOOP"), [`* METADATA ${shared} /shared/old /shared/new`, "OK Nothing done"]);
  await owner.run('SETMETADATA INBOX (/shared/old NIL /shared/new "1")');
  assertEquals(await friend.run("NOOP"), [`* METADATA ${shared} /shared/old`, "OK Nothing done"]);
  // Not of what it has changed itself.
  assertEquals(await friend.run(`SETMETADATA ${shared} (/shared/new "2" /private/x "1")`), ["OK Done"]);
  assertEquals(await friend.run('SETMETADATA "" (/private/comment "1")'), ["OK Done"]);
  assertEquals(await friend.run("NOOP"), ["OK Nothing done"]);
  // Of the server, and of what another session of the same user does.
  await administrator.run('SETMETADATA "" (/shared/comment "Hello")');
  await using other = await logIn(service, fred);
  await other.run('SETMETADATA "" (/private/comment "2")');
  await other.run("CREATE Sent (USE (\\Sent))");
  assertEquals(await friend.run("NOOP"), [
    '* METADATA "" /private/comment /shared/comment',
    "* METADATA Sent /private/specialuse",
    "OK Nothing done",
  ]);
  // Who has not asked is told nothing.
  assertEquals(await owner.run("NOOP"), ["OK Nothing done"]);
  // RFC 4314: nor is who may no longer see it.
  await owner.run("DELETEACL INBOX fred");
  await owner.run('SETMETADATA INBOX (/shared/new "3")');
  assertEquals(await friend.run("NOOP"), ["OK Nothing done"]);
});

Deno.test("metadata: RFC 5464 §4.4.2: what changes while a client is idle is told at once", async () => {
  const service = await sharing("lrw");
  await using owner = await logIn(service, bob);
  await using friend = await logIn(service, fred);
  await friend.run("ENABLE METADATA-SERVER");
  friend.wire.send("idle IDLE\r\n");
  assertEquals(await friend.wire.readLine(), "+ Idling");
  await owner.run('SETMETADATA INBOX (/shared/comment "x")');
  assertEquals(await friend.wire.readLine(), `* METADATA ${shared} /shared/comment`);
  friend.wire.send("DONE\r\n");
  assertEquals((await friend.wire.readLine())?.slice(0, 7), "idle OK");
});

Deno.test("metadata: values come back as they were, whatever octets they have", async () => {
  const service = await testService();
  await using client = await logIn(service);
  const all = Array.from({ length: 256 }, (_, octet) => String.fromCharCode(octet)).join("");
  const values = [
    "",
    "plain",
    'a"b\\c',
    "tab\t",
    "line\r\n",
    "\xc3\xa9",
    all.slice(1),
    all,
    "x".repeat(2000),
    "NIL",
    "\x7f",
  ];
  for (const value of values) {
    await client.run(`SETMETADATA "" (/private/v ~{${value.length}+}\r\n${value})`);
    const before = client.wire.received.length;
    await client.run('GETMETADATA "" /private/v');
    const answer = client.wire.received.slice(before);
    const shown = /^[ -~]*$/.test(value) && value.length <= 1024
      ? `"${value.replace(/["\\]/g, "\\$&")}"`
      : `${value.includes("\0") ? "~" : ""}{${value.length}}\r\n${value}`;
    assert(answer.startsWith(`* METADATA "" (/private/v ${shown})\r\n`), JSON.stringify(answer));
  }
});

Deno.test("metadata: RFC 5464 §4.2.2: depths of 0, 1 and infinity, and a name that begins like another is not below it", async () => {
  await using client = await logIn(await testService());
  await client.run('SETMETADATA "" (/private/a "1" /private/a/b "2" /private/a/b/c "3" /private/ab "4")');
  const found = async (options: string, entry: string) =>
    [...((await client.run(`GETMETADATA "" ${options}${entry}`))[0] ?? "").matchAll(/"(\d)"/g)].map(([, value]) =>
      value
    );
  assertEquals(await found("", "/private/a"), ["1"]);
  assertEquals(await found("(DEPTH 0) ", "/private/a"), ["1"]);
  assertEquals(await found("(DEPTH 1) ", "/private/a"), ["2", "1"]);
  assertEquals(await found("(DEPTH infinity) ", "/private/A"), ["2", "3", "1"]);
  assertEquals(await found("(DEPTH infinity) ", "/private"), ["1", "2", "3", "4"]);
  // Each once, however often it is named.
  assertEquals(await found("(DEPTH 1) ", "(/private/a /private/a/b /private/a)"), ["2", "1", "3"]);
});

Deno.test("metadata: RFC 7162 §3.2: what is annotated has another mod-sequence, which only others are told of", async () => {
  const service = await testService();
  await service.fill(fred, "x", ["1\r\n"]);
  await using client = await logIn(service);
  await using other = await logIn(service);
  const modseq = async () => /HIGHESTMODSEQ (\d+)/.exec((await client.run("STATUS x (HIGHESTMODSEQ)"))[0] ?? "")?.[1];
  assertEquals(await modseq(), "2");
  await client.run("NOTIFY SET (personal (MessageNew MessageExpunge FlagChange))");
  for (
    const entry of [
      '/private/comment "a"',
      '/shared/comment "a"',
      "/private/comment NIL",
      '/private/specialuse "\\\\Junk"',
    ]
  ) {
    assertEquals(await client.run(`SETMETADATA x (${entry})`), ["OK Done"]);
  }
  assertEquals(await modseq(), "6");
  assertEquals(await client.run("NOOP"), ["OK Nothing done"]);
  await other.run('SETMETADATA x (/private/comment "b" /shared/comment "b")');
  const validity = (await service.mailbox(fred, "x")).uidValidity;
  assertEquals(await client.told(1), [`* STATUS x (HIGHESTMODSEQ 8 UIDVALIDITY ${validity})`]);
  await other.run("SELECT x (CONDSTORE)");
  assertEquals(await other.run("FETCH 1 MODSEQ"), ["* 1 FETCH (MODSEQ (2))", "OK Fetched"]);
});

Deno.test("metadata: RFC 5466 §5: who has logged in as nobody makes no filters, which others would search by", async () => {
  const service = await testService({
    mechanisms: [...testMechanisms(), setUpMechanism(anonymous, { account: carol })],
  });
  await using visitor = new ImapClient(service);
  await visitor.greeting;
  assertEquals((await visitor.run("AUTHENTICATE ANONYMOUS dHJhY2U=")).at(-1)?.slice(0, 2), "OK");
  await using user = await logIn(service, carol);
  for (const value of ['"SEEN"', "NIL"]) {
    const command = `SETMETADATA "" (/private/filters/values/a ${value})`;
    assertEquals(await visitor.run(command), ["NO [NOPERM] You may not do that here"]);
    assertEquals(await user.run(command), ["OK Done"]);
  }
});
