/** NOTIFY (RFC 5465) of names, subscriptions, rights and metadata; and of very many mailboxes. */
import { assert, assertEquals } from "@std/assert";
import type { MailboxId, Operation, Storage } from "../../../../core/contract/mod.ts";
import { overEachStorage } from "../over_each_storage.ts";
import { bob, carol, fred, logIn, type TestService, testService } from "./talk.ts";

/** Somebody else does something with Fred's mailboxes. */
async function change(service: TestService, operation: (account: ReturnType<TestService["account"]>) => Operation) {
  await service.storage.apply([operation(service.account(fred))]);
}

const make = (service: TestService, name: string) =>
  change(service, (account) => ({ do: "createMailbox", account, name }));
const rename = async (service: TestService, from: string, name: string) => {
  const { id: mailbox } = await service.mailbox(fred, from);
  await change(service, () => ({ do: "renameMailbox", mailbox, name }));
};
const remove = async (service: TestService, name: string) => {
  const { id: mailbox } = await service.mailbox(fred, name);
  await change(service, () => ({ do: "removeMailbox", mailbox }));
};

overEachStorage(
  "notify: RFC 5465 §5.4: mailboxes are made, renamed with what is below them, and removed",
  async (given) => {
    const service = await testService(given);
    await using client = await logIn(service);
    await client.run("NOTIFY SET (personal (MailboxName))");
    await make(service, "NewMailbox");
    assertEquals(await client.told(1), ['* LIST (\\HasNoChildren) "/" NewMailbox']);
    // What is right above is affected as well, and told after what has happened.
    await make(service, "a/b/c");
    assertEquals(await client.told(3), [
      '* LIST (\\HasChildren) "/" a',
      '* LIST (\\HasChildren) "/" a/b',
      '* LIST (\\HasNoChildren) "/" a/b/c',
    ]);
    await make(service, "a/b/d");
    assertEquals(await client.told(2), ['* LIST (\\HasNoChildren) "/" a/b/d', '* LIST (\\HasChildren) "/" a/b']);
    await rename(service, "a", "z");
    assertEquals(await client.told(1), ['* LIST (\\HasChildren) "/" z ("OLDNAME" (a))']);
    await rename(service, "z/b/c", "z/b/e");
    assertEquals(await client.told(1), ['* LIST (\\HasNoChildren) "/" z/b/e ("OLDNAME" (z/b/c))']);
    await remove(service, "z/b/d");
    assertEquals(await client.told(2), [
      '* LIST (\\NonExistent \\HasNoChildren) "/" z/b/d',
      '* LIST (\\HasChildren) "/" z/b',
    ]);
    await remove(service, "z/b/e");
    assertEquals(await client.told(2), [
      '* LIST (\\NonExistent \\HasNoChildren) "/" z/b/e',
      '* LIST (\\HasNoChildren) "/" z/b',
    ]);
    // A level that is no mailbox any more.
    await remove(service, "z");
    assertEquals(await client.told(1), ['* LIST (\\NonExistent \\HasChildren) "/" z']);
    await service.fill(fred, "INBOX", ["Subject: hi\r\n\r\n"]);
    // No event of INBOX.
    await rename(service, "INBOX", "old");
    assertEquals(await client.told(1), ['* LIST (\\HasNoChildren) "/" old']);
    await client.nothingMore();
  },
);

Deno.test("notify: RFC 5465 §5.4: names that change round are told one by one, with what is in the mailboxes", async () => {
  const service = await testService();
  await service.fill(fred, "a", ["Subject: hi\r\n\r\n"]);
  await service.fill(fred, "b", []);
  const [a, b] = [(await service.mailbox(fred, "a")).id, (await service.mailbox(fred, "b")).id];
  await using client = await logIn(service);
  await client.run("NOTIFY SET (personal (MailboxName MessageNew MessageExpunge))");
  await service.storage.apply([
    { do: "renameMailbox", mailbox: a, name: "c" },
    { do: "renameMailbox", mailbox: b, name: "a" },
    { do: "renameMailbox", mailbox: a, name: "b" },
  ]);
  assertEquals((await client.told(4)).sort(), [
    '* LIST (\\HasNoChildren) "/" a',
    '* LIST (\\HasNoChildren) "/" b',
    "* STATUS a (UIDNEXT 1 MESSAGES 0)",
    "* STATUS b (UIDNEXT 2 MESSAGES 1)",
  ]);
  // One after the other is no riddle.
  await service.storage.apply([
    { do: "renameMailbox", mailbox: a, name: "c" },
    { do: "removeMailbox", mailbox: b },
    { do: "createMailbox", account: service.account(fred), name: "b" },
  ]);
  assertEquals(await client.told(3), [
    '* LIST (\\NonExistent \\HasNoChildren) "/" a',
    '* LIST (\\HasNoChildren) "/" c ("OLDNAME" (b))',
    '* LIST (\\HasNoChildren) "/" b',
  ]);
  await client.nothingMore();
});

Deno.test("notify: RFC 5465 §6: filters by name: mailboxes as they are, subtrees, and what is subscribed", async () => {
  const service = await testService();
  for (const name of ["x/y/z", "x%", "x1", "sub/1"]) await make(service, name);
  await using client = await logIn(service);
  await client.run(
    'NOTIFY SET (mailboxes ("x%" inbox/new) (MailboxName)) (subtree (x/) (MailboxName)) ' +
      "(subscribed (MessageNew MessageExpunge))",
  );
  for (const name of ["x1", "sub/1"]) await remove(service, name);
  await client.nothingMore();
  await remove(service, "x%");
  await make(service, "INBOX/new");
  await rename(service, "x/y/z", "away");
  await rename(service, "sub", "x/y/sub");
  assertEquals((await client.told(4)).sort(), [
    '* LIST (\\HasNoChildren) "/" INBOX/new',
    '* LIST (\\HasNoChildren) "/" away ("OLDNAME" (x/y/z))',
    '* LIST (\\HasNoChildren) "/" x/y/sub ("OLDNAME" (sub))',
    '* LIST (\\NonExistent \\HasNoChildren) "/" "x%"',
  ]);
  await client.nothingMore();
  // §6.4: the list is looked at again when it changes, whoever changes it.
  const text = "Subject: hi\r\n\r\n";
  await service.fill(fred, "away", [text]);
  await change(service, (account) => ({ do: "subscribe", account, name: "away" }));
  await client.run("SUBSCRIBE INBOX/new");
  await service.fill(fred, "away", [text]);
  await service.fill(fred, "INBOX/new", [text]);
  assertEquals((await client.told(2)).sort(), [
    "* STATUS INBOX/new (UIDNEXT 2 MESSAGES 1)",
    "* STATUS away (UIDNEXT 3 MESSAGES 2)",
  ]);
  await client.run("UNSUBSCRIBE away");
  await service.fill(fred, "away", [text]);
  await client.nothingMore();
});

Deno.test("notify: RFC 5465 §5.5: subscriptions, with all attributes, also of what is not there", async () => {
  const service = await testService();
  for (const name of ["x/y", "Junk"]) await make(service, name);
  const { id: mailbox } = await service.mailbox(fred, "Junk");
  await change(service, () => ({ do: "setSpecialUse", mailbox, specialUse: "\\Junk" }));
  await using client = await logIn(service);
  await client.run("ENABLE UTF8=ACCEPT");
  await client.run("NOTIFY SET (subtree (x Junk nothing) (SubscriptionChange))");
  const names = ["x", "Junk", "nothing/\u00e4", "other"];
  for (const name of names) await change(service, (account) => ({ do: "subscribe", account, name }));
  const lines = await client.told(3);
  await change(service, (account) => ({ do: "unsubscribe", account, name: "x" }));
  // In no order of theirs.
  lines.sort();
  lines.push(...await client.told(1));
  assertEquals(lines.map((line) => new TextDecoder().decode(Uint8Array.from(line, (c) => c.charCodeAt(0)))), [
    '* LIST (\\HasChildren \\Subscribed) "/" x',
    '* LIST (\\HasNoChildren \\Subscribed \\Junk) "/" Junk',
    '* LIST (\\NonExistent \\HasNoChildren \\Subscribed) "/" "nothing/\u00e4"',
    '* LIST (\\HasChildren) "/" x',
  ]);
  await client.nothingMore();
});

overEachStorage("notify: RFC 5465 §5.4, §5.9: what others share, and do not share any more", async (given) => {
  const service = await testService(given);
  await service.fill(bob, "Projects", ["Subject: hi\r\n\r\n"]);
  const { id: mailbox } = await service.mailbox(bob, "Projects");
  const share = (rights: string) =>
    service.storage.apply([{ do: "setRights", mailbox, who: service.account(fred), rights }]);
  await using named = await logIn(service);
  await using whole = await logIn(service);
  const name = '"Other Users/bob@example.org/Projects"';
  await named.run(`NOTIFY SET (mailboxes ${name} (MessageNew MessageExpunge))`);
  await whole.run('NOTIFY SET (subtree "Other Users" (MailboxName MessageNew MessageExpunge))');
  await share("lr");
  // What is right above is affected too, be it a mailbox or not.
  const above = '"Other Users/bob@example.org"';
  assertEquals(await whole.told(3), [
    `* LIST (\\HasNoChildren) "/" ${name}`,
    `* LIST (\\NonExistent \\HasChildren) "/" ${above}`,
    `* STATUS ${name} (UIDNEXT 2 MESSAGES 1)`,
  ]);
  assertEquals(await named.told(1), [`* STATUS ${name} (UIDNEXT 2 MESSAGES 1)`]);
  const arrives = () => service.fill(bob, "Projects", ["Subject: hi\r\n\r\n"]);
  await arrives();
  for (const client of [named, whole]) {
    assertEquals(await client.told(1), [`* STATUS ${name} (UIDNEXT 3 MESSAGES 2)`]);
  }
  // Without "r" nothing is told of it but that.
  await share("l");
  for (const client of [named, whole]) {
    assertEquals(await client.told(1), [`* LIST (\\Noselect \\NoAccess \\HasNoChildren) "/" ${name}`]);
  }
  await arrives();
  for (const client of [named, whole]) await client.nothingMore();
  await share("lr");
  for (const client of [named, whole]) {
    assertEquals(await client.told(2), [
      `* LIST (\\HasNoChildren) "/" ${name}`,
      `* STATUS ${name} (UIDNEXT 4 MESSAGES 3)`,
    ]);
  }
  await share("");
  for (const client of [named, whole]) {
    assertEquals(await client.told(1), [`* LIST (\\NonExistent \\NoAccess \\HasNoChildren) "/" ${name}`]);
  }
  assertEquals(await whole.told(1), [`* LIST (\\NonExistent \\HasNoChildren) "/" ${above}`]);
  await arrives();
  await service.fill(bob, "Secret", ["Subject: hi\r\n\r\n"]);
  for (const client of [named, whole]) await client.nothingMore();
});

overEachStorage("notify: RFC 5465 §5.6, §5.7: entries of metadata, by their names", async (given) => {
  const service = await testService({ ...given, options: { administrators: [carol] } });
  await using client = await logIn(service);
  await using other = await logIn(service);
  await using administrator = await logIn(service, carol);
  for (const user of [other, administrator]) await user.run("CREATE x");
  await client.run("NOTIFY SET (mailboxes INBOX (MailboxMetadataChange)) (personal (ServerMetadataChange))");
  await other.run('SETMETADATA INBOX (/shared/comment "x" /private/comment "y")');
  assertEquals(await client.told(1), ["* METADATA INBOX /private/comment /shared/comment"]);
  await other.run("SETMETADATA INBOX (/shared/comment NIL)");
  assertEquals(await client.told(1), ["* METADATA INBOX /shared/comment"]);
  await other.run('SETMETADATA x (/shared/comment "x")');
  await client.nothingMore();
  await other.run('SETMETADATA "" (/private/comment "x")');
  assertEquals(await client.told(1), ['* METADATA "" /private/comment']);
  await administrator.run('SETMETADATA "" (/shared/comment "x")');
  assertEquals(await client.told(1), ['* METADATA "" /shared/comment']);
  await client.run("NOTIFY SET (mailboxes x (MailboxMetadataChange))");
  await other.run('SETMETADATA INBOX (/shared/comment "x")');
  await administrator.run('SETMETADATA "" (/shared/comment NIL)');
  await other.run('SETMETADATA x (/shared/comment "y")');
  assertEquals(await client.told(1), ["* METADATA x /shared/comment"]);
  await client.nothingMore();
});

Deno.test("notify: everything of thousands of mailboxes: what changes is read, and nothing else", async () => {
  const service = await testService();
  const account = service.account(fred);
  const names = Array.from({ length: 2000 }, (_, index) => `folder/${index % 100}/${index}`);
  await service.storage.apply(names.map((name) => ({ do: "createMailbox", account, name }) as const));
  const reads = new Map<string, number>();
  const storage = new Proxy(service.storage, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...given: readonly unknown[]) => {
        reads.set(String(name), (reads.get(String(name)) ?? 0) + 1);
        return value.apply(target, given);
      };
    },
  });
  Object.assign(service.service.context, { storage });
  await using client = await logIn(service);
  const events = "(MessageNew MessageExpunge FlagChange MailboxName SubscriptionChange)";
  const lines = await client.run(`NOTIFY SET STATUS (personal ${events})`);
  assertEquals(lines.at(-1), "OK You will be told");
  assertEquals(lines.filter((line) => line.startsWith("* STATUS folder/")).length, 2100);
  assertEquals(reads.get("mailboxes"), 1);
  reads.clear();
  for (const name of names.slice(0, 20)) {
    await service.fill(fred, name, ["Subject: hi\r\n\r\n"]);
    assertEquals((await client.told(1))[0]?.slice(0, -1), `* STATUS ${name} (UIDNEXT 2 MESSAGES 1 UNSEEN 1`);
  }
  assertEquals([...reads.keys()].sort(), ["mailbox"] satisfies (keyof Storage)[]);
  assertEquals(reads.get("mailbox"), 20);
  reads.clear();
  await rename(service, "folder", "renamed");
  assertEquals(await client.told(1), ['* LIST (\\HasChildren) "/" renamed ("OLDNAME" (folder))']);
  assertEquals(reads.get("mailboxes"), undefined);
  assert((reads.get("mailbox") ?? 0) <= 2200);
});

Deno.test("notify: RFC 5465 §3.1: more mailboxes than anybody can be told of are refused, and what was told goes on", async () => {
  const service = await testService();
  const { storage } = service;
  const many: Storage["mailboxes"] = async (account) => {
    const [inbox] = await storage.mailboxes(account);
    assert(inbox !== undefined);
    return Array.from({ length: 20_001 }, (_, index) => ({ ...inbox, id: index as MailboxId, name: `${index}` }));
  };
  const full = new Proxy(storage, {
    get(target, name) {
      if (name === "mailboxes") return many;
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  await using client = await logIn(service);
  await client.run("NOTIFY SET (mailboxes INBOX (MessageNew MessageExpunge))");
  Object.assign(service.service.context, { storage: full });
  const refused = await client.run("NOTIFY SET (personal (MessageNew MessageExpunge))");
  assertEquals(refused.map((line) => line.slice(0, 25)), ["NO [NOTIFICATIONOVERFLOW]"]);
  await service.fill(fred, "1", ["Subject: hi\r\n\r\n"]);
  await service.fill(fred, "INBOX", ["Subject: hi\r\n\r\n"]);
  assertEquals(await client.told(1), ["* STATUS INBOX (UIDNEXT 2 MESSAGES 1)"]);
  await client.nothingMore();
});
