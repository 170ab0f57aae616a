/** CREATE, DELETE, RENAME, subscriptions and STATUS, in several sessions. */
import { assert, assertEquals } from "@std/assert";
import { bob, carol, fred, ImapClient, logIn, testService } from "./talk.ts";

Deno.test("mailboxes: RFC 9051 §6.3.4: what one session makes, renames and deletes, another sees at once", async () => {
  const service = await testService();
  await using one = await logIn(service);
  await using other = await logIn(service);
  const listed = async () => (await other.run('LIST "" "[^I]*"')).concat(await other.run('LIST "" %')).slice(1, -1);
  await one.run("CREATE a/b");
  assertEquals(await listed(), ['* LIST (\\HasNoChildren) "/" INBOX', '* LIST (\\HasChildren) "/" a']);
  await one.run("RENAME a z");
  assertEquals(await listed(), ['* LIST (\\HasNoChildren) "/" INBOX', '* LIST (\\HasChildren) "/" z']);
  await one.run("DELETE z");
  await one.run("DELETE z/b");
  assertEquals(await listed(), ['* LIST (\\HasNoChildren) "/" INBOX']);
});

Deno.test("mailboxes: RFC 9051 §6.3.5: a mailbox of the same name has another UIDVALIDITY and MAILBOXID", async () => {
  await using client = await logIn(await testService());
  const status = async () => (await client.run("STATUS x (UIDVALIDITY MAILBOXID)"))[0] ?? "";
  await client.run("CREATE x");
  const first = /UIDVALIDITY (\d+) MAILBOXID \((\w+)\)/.exec(await status());
  await client.run("DELETE x");
  assertEquals(await client.run("STATUS x (MESSAGES)"), ["NO [NONEXISTENT] There is no such mailbox"]);
  await client.run("CREATE x");
  const second = /UIDVALIDITY (\d+) MAILBOXID \((\w+)\)/.exec(await status());
  assert(Number(second?.[1]) > Number(first?.[1]));
  assert(second?.[2] !== first?.[2]);
});

Deno.test("mailboxes: who deletes the selected mailbox has none selected; others who have selected it are sent away", async () => {
  const service = await testService();
  await service.fill(fred, "x", ["1\r\n"]);
  await using one = await logIn(service);
  await using other = await logIn(service);
  await one.run("SELECT x");
  await other.run("SELECT x");
  assertEquals(await one.run("DELETE x"), [
    "* OK [CLOSED] The mailbox that was selected no longer is",
    "OK Deleted",
  ]);
  assertEquals(await one.run("FETCH 1 FLAGS"), ["BAD Select a mailbox first"]);
  assertEquals(await other.run("NOOP"), ["OK Nothing done"]);
  assertEquals(await other.wire.readLine(), "* BYE The selected mailbox is gone");
});

Deno.test("mailboxes: RFC 9051 §6.3.6: RENAME of the selected mailbox leaves it selected, and INBOX's messages are expunged", async () => {
  const service = await testService();
  await service.fill(fred, "x", ["1\r\n"]);
  await service.fill(fred, "INBOX", ["1\r\n", "2\r\n"]);
  await using client = await logIn(service);
  await client.run("SELECT x");
  assertEquals(await client.run("RENAME x y"), ["OK Renamed"]);
  assertEquals(await client.run("FETCH 1 UID"), ["* 1 FETCH (UID 1)", "OK Fetched"]);
  await client.run("SELECT INBOX");
  assertEquals(await client.run("RENAME INBOX old"), ["* 1 EXPUNGE", "* 1 EXPUNGE", "* 0 RECENT", "OK Renamed"]);
  assertEquals((await client.run("STATUS old (MESSAGES)"))[0], "* STATUS old (MESSAGES 2)");
});

Deno.test("mailboxes: RFC 9051 §6.3.6: a name that is only a level is renamed with all below it, or not at all", async () => {
  const service = await testService();
  for (const name of ["foo/a", "foo/a/b", "foo/a-b", "foo/a/b/c", "foo/d/e", "foo"]) await service.fill(fred, name, []);
  await using client = await logIn(service);
  await client.run("DELETE foo");
  await client.run("DELETE foo/d");
  await client.run("CREATE bar/d/e");
  // RFC 9051 §6.3.6: an error to rename to a name that there is.
  assertEquals((await client.run("RENAME foo bar"))[0], "NO [ALREADYEXISTS] There is a mailbox of that name");
  assertEquals(await client.run("RENAME foo foo/x"), ["NO [CANNOT] A name cannot go below itself"]);
  const names = async () =>
    (await client.run('LIST "" (foo* new*)')).slice(0, -1).map((line) => line.split(" ").at(-1));
  assertEquals(await names(), ["foo/a", "foo/a/b", "foo/a/b/c", "foo/a-b", "foo/d/e"]);
  assertEquals(await client.run("RENAME foo new/name"), ["OK Renamed"]);
  assertEquals(await names(), [
    ...["new", "new/name", "new/name/a", "new/name/a/b", "new/name/a/b/c", "new/name/a-b"],
    ...["new/name/d", "new/name/d/e"],
  ]);
});

Deno.test("mailboxes: RFC 9051 §5.1: a level is found however it is written: INBOX in any case, a separator at its end", async () => {
  const service = await testService();
  for (const name of ["INBOX/level/a", "INBOX/level"]) await service.fill(fred, name, []);
  for (const name of ["Sub/level/a", "Sub/level", "Sub"]) await service.fill(bob, name, []);
  const { id: mailbox } = await service.mailbox(bob, "Sub");
  await using client = await logIn(service);
  await client.run("DELETE INBOX/level");
  for (const name of ["inbox/level", "InBox/level/"]) {
    assertEquals(await client.run(`DELETE ${name}`), ["NO [HASCHILDREN] There are mailboxes below that name"]);
  }
  assertEquals(await client.run("RENAME inbox/level/ INBOX/level/x"), ["NO [CANNOT] A name cannot go below itself"]);
  assertEquals(await client.run("RENAME inbox/level/ Inbox/other/"), ["OK Renamed"]);
  assertEquals((await client.run('LIST "" */a'))[0], '* LIST (\\HasNoChildren) "/" INBOX/other/a');
  assertEquals((await client.run("RENAME INBOX/none/ x"))[0], "NO [NONEXISTENT] There is no such mailbox");
  // RFC 7377 §2.2: of others' mailboxes as well.
  const below = await service.mailbox(bob, "Sub/level/a");
  await service.storage.apply(
    [mailbox, below.id].map((mailbox) =>
      ({ do: "setRights", mailbox, who: service.account(fred), rights: "lr" }) as const
    ),
  );
  await service.fill(bob, "Sub/level/a", ["1\r\n"]);
  const search = 'ESEARCH IN (subtree "Other Users/bob@example.org/Sub/level/") RETURN (COUNT) ALL';
  assertEquals((await client.run(search)).at(0)?.replace(/.* UID /, ""), "COUNT 1");
});

Deno.test("mailboxes: RFC 5530 §3: OVERQUOTA where the account may have no more mailboxes", async () => {
  const service = await testService();
  await service.storage.apply([{ do: "setQuota", account: service.account(fred), quota: { mailboxes: 3 } }]);
  await using client = await logIn(service);
  assertEquals((await client.run("CREATE a/b"))[0]?.slice(0, 2), "OK");
  for (const command of ["CREATE c", "RENAME INBOX c", "RENAME a/b c/d"]) {
    assertEquals((await client.run(command)).at(-1)?.slice(0, 14), "NO [OVERQUOTA]", command);
  }
});

Deno.test("mailboxes: names that no mailbox can have are refused by every command that would make one", async () => {
  const service = await testService();
  await service.fill(fred, "x", []);
  await using client = await logIn(service);
  const names = ['""', '"/"', '"a//b"', '"/a"', `"${"x".repeat(1001)}"`, '"Other Users"', '"Other Users/"'];
  for (const name of names) {
    for (const command of [`CREATE ${name}`, `RENAME x ${name}`]) {
      assertEquals((await client.run(command))[0]?.slice(0, 11), "NO [CANNOT]", command);
    }
  }
  await client.run("ENABLE IMAP4rev2");
  assertEquals((await client.run('CREATE "a\x01b"'))[0]?.slice(0, 11), "NO [CANNOT]");
  const nobody = '"Other Users/nobody@example.org/x"';
  assertEquals((await client.run(`CREATE ${nobody}`))[0]?.slice(0, 11), "NO [NOPERM]");
  // One's own mailboxes have no second name.
  assertEquals((await client.run('STATUS "Other Users/fred@example.org/INBOX" (MESSAGES)'))[0]?.slice(0, 2), "NO");
  const deep = `"Other Users/bob@example.org/${"a/".repeat(30_000)}"`;
  for (const command of ["CREATE", "GETQUOTAROOT"]) {
    assertEquals((await client.run(`${command} ${deep}`))[0]?.slice(0, 2), "NO");
  }
});

Deno.test("mailboxes: RFC 9051 §6.3.9.7: without rev2 nobody is told of old names", async () => {
  await using client = await logIn(await testService());
  assertEquals((await client.run("CREATE inbox/x")).length, 1);
  assertEquals((await client.run("RENAME INBOX/x y")).length, 1);
  await client.run("ENABLE IMAP4rev2");
  assertEquals((await client.run("CREATE inbox/x"))[0], '* LIST () "/" INBOX/x ("OLDNAME" (inbox/x))');
  assertEquals((await client.run("RENAME y INBOX/z"))[0], '* LIST () "/" INBOX/z ("OLDNAME" (y))');
  assertEquals((await client.run("CREATE plain/")).length, 1);
});

Deno.test("mailboxes: subscriptions are each user's own, and a shared mailbox is subscribed by the name that LIST has", async () => {
  const service = await testService();
  const { id } = await service.mailbox(bob);
  await service.storage.apply([{ do: "setRights", mailbox: id, who: service.account(fred), rights: "lr" }]);
  await using client = await logIn(service);
  await using stranger = await logIn(service, carol);
  assertEquals(await client.run('SUBSCRIBE "Other Users/bob@example.org/inbox"'), ["OK Subscribed"]);
  const name = '"Other Users/bob@example.org/INBOX"';
  assertEquals((await client.run('LIST (SUBSCRIBED) "" *'))[0], `* LIST (\\HasNoChildren \\Subscribed) "/" ${name}`);
  assertEquals((await stranger.run('LIST (SUBSCRIBED) "" *')).length, 1);
  await client.run(`UNSUBSCRIBE ${name}`);
  assertEquals((await client.run('LIST (SUBSCRIBED) "" *')).length, 1);
});

Deno.test("mailboxes: RFC 6154 §2: a use is its user's, and no other's to see or to set", async () => {
  const service = await testService();
  await service.storage.apply([
    { do: "createMailbox", account: service.account(bob), name: "Sent", specialUse: "\\Sent" },
  ]);
  const { id } = await service.mailbox(bob, "Sent");
  await service.storage.apply([
    { do: "setRights", mailbox: id, who: service.account(fred), rights: "aeiklprstwx" },
  ]);
  await using client = await logIn(service);
  const name = '"Other Users/bob@example.org/Sent"';
  assertEquals((await client.run(`LIST "" ${name}`))[0], `* LIST (\\HasNoChildren) "/" ${name}`);
  assertEquals((await client.run('LIST (SPECIAL-USE) "" *')).length, 1);
  assertEquals((await client.run(`GETMETADATA ${name} /private/specialuse`))[0]?.slice(-4), "NIL)");
  for (
    const command of [
      `SETMETADATA ${name} (/private/specialuse "\\\\Junk")`,
      'CREATE "Other Users/bob@example.org/Sent/Junk" (USE (\\Junk))',
    ]
  ) assertEquals((await client.run(command))[0]?.slice(0, 12), "NO [USEATTR]", command);
  assertEquals((await client.run(`SETMETADATA ${name} (/private/specialuse NIL)`))[0], "OK Done");
  assertEquals((await service.mailbox(bob, "Sent")).specialUse, "\\Sent");
});

Deno.test("mailboxes: RFC 9051 §3: none of these commands is for strangers, and arguments that are none are BAD", async () => {
  const service = await testService({ options: { max_errors: 1000 } });
  await using stranger = new ImapClient(service);
  await stranger.greeting;
  await using client = await logIn(service);
  const commands = ["CREATE", "DELETE", "RENAME", "SUBSCRIBE", "UNSUBSCRIBE", "LIST", "LSUB", "STATUS", "SETACL"];
  for (const command of [...commands, "DELETEACL", "GETACL", "LISTRIGHTS", "MYRIGHTS", "GETMETADATA", "SETMETADATA"]) {
    assertEquals(await stranger.run(`${command} x`), ["BAD Log in first"]);
    for (const given of ["", " ", " (", " x x x x x"]) {
      assertEquals((await client.run(command + given)).at(-1)?.slice(0, 3), "BAD", command + given);
    }
  }
  assertEquals((await client.run("NAMESPACE x"))[0]?.slice(0, 3), "BAD");
  assertEquals((await client.run("NOOP")).at(-1)?.slice(0, 2), "OK");
});
