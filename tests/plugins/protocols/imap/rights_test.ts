/** RFC 4314 §4: which rights commands need, of a user who has been given some in a mailbox of another. */
import { assert, assertEquals } from "@std/assert";
import type { Message } from "../../../../core/contract/mod.ts";
import { bob, fred, logIn, type TestService, testService } from "./talk.ts";

const all = "aeiklprstwx";
const shared = '"Other Users/bob@example.org/Shared"';

interface Tried {
  /** Lines of the last command, without its tag. */
  readonly lines: readonly string[];
  /** The tagged response of the last command. */
  readonly reply: string;
  /** What Bob's mailbox holds after it. */
  readonly messages: readonly Message[];
}

/** Bob's mailbox has two messages, the first marked `\Deleted`; Fred has these rights there and sends these commands. */
async function attempt(rights: string, commands: readonly string[]): Promise<Tried> {
  const service = await testService();
  await service.fill(bob, "Shared", ["1\r\n\r\n", "2\r\n\r\n"]);
  const { id } = await service.mailbox(bob, "Shared");
  await service.storage.apply([
    { do: "setFlags", mailbox: id, uids: [1], change: { mode: "set", flags: ["\\Deleted"] } },
    { do: "setRights", mailbox: id, who: service.account(fred), rights },
  ]);
  return await send(service, commands);
}

async function send(service: TestService, commands: readonly string[]): Promise<Tried> {
  await using client = await logIn(service);
  let lines: readonly string[] = [];
  for (const command of commands) lines = await client.run(command);
  const mailbox = await service.storage.mailboxByName(service.account(bob), "Shared");
  const messages = mailbox === undefined ? [] : (await service.storage.messages(mailbox.id)).messages;
  return { lines, reply: lines.at(-1) ?? "", messages };
}

const select = `SELECT ${shared}`;

/** Commands in their order, and the rights without any of which the last is refused. */
const table: readonly (readonly [name: string, commands: readonly string[], needed: string])[] = [
  ["CREATE", ['CREATE "Other Users/bob@example.org/Shared/Child"'], "k"],
  ["DELETE", [`DELETE ${shared}`], "x"],
  ["SELECT", [select], "r"],
  ["EXAMINE", [`EXAMINE ${shared}`], "r"],
  ["STATUS", [`STATUS ${shared} (MESSAGES)`], "r"],
  ["SETACL", [`SETACL ${shared} carol lr`], "a"],
  ["DELETEACL", [`DELETEACL ${shared} carol`], "a"],
  ["GETACL", [`GETACL ${shared}`], "a"],
  ["LISTRIGHTS", [`LISTRIGHTS ${shared} carol`], "a"],
  ["APPEND", [`APPEND ${shared} {3+}\r\nx\r\n`], "i"],
  ["COPY", ["APPEND INBOX {3+}\r\nx\r\n", "SELECT INBOX", `COPY 1 ${shared}`], "i"],
  ["UID COPY", ["APPEND INBOX {3+}\r\nx\r\n", "SELECT INBOX", `UID COPY 1 ${shared}`], "i"],
  ["MOVE to", ["APPEND INBOX {3+}\r\nx\r\n", "SELECT INBOX", `MOVE 1 ${shared}`], "i"],
  ["EXPUNGE", [select, "EXPUNGE"], "re"],
  ["UID EXPUNGE", [select, "UID EXPUNGE 1"], "re"],
  // RFC 6851 §4.2: what STORE \Deleted and EXPUNGE need.
  ["MOVE from", [select, "MOVE 1 INBOX"], "ret"],
  // RFC 9208 §6.
  ["GETQUOTAROOT", [`GETQUOTAROOT ${shared}`], "r"],
  ["GETQUOTA", ["GETQUOTA bob@example.org"], "r"],
];

for (const [name, commands, needed] of table) {
  Deno.test(`rights: RFC 4314 §4: ${name} needs "${needed}", and nothing else`, async () => {
    const { reply } = await attempt(needed, commands);
    assertEquals(reply.slice(0, 2), "OK", reply);
    for (const missing of needed) {
      const { reply } = await attempt(all.replace(missing, ""), commands);
      // BAD where the mailbox could not even be selected.
      assertEquals(/^(?:NO|BAD) /.test(reply), true, reply);
    }
  });
}

Deno.test("rights: RFC 4314 §6: who may not look a mailbox up is answered as if it were not there", async () => {
  const named = table.filter(([, commands]) => commands.length === 1 && commands[0]?.includes(shared));
  assertEquals(named.length > 8, true);
  for (const [name, [command = ""], needed] of named) {
    const others = ["l", ...needed].reduce((rights, right) => rights.replace(right, ""), all);
    const hidden = await attempt(others, [command]);
    const absent = await attempt("", [command.replace("Shared", "Absent")]);
    const nobody = await attempt("", [command.replace("bob@", "nobody@")]);
    assertEquals([hidden.reply, nobody.reply], [absent.reply, absent.reply], name);
    const known = await attempt(all.replace(needed, ""), [command]);
    assertEquals(known.reply.slice(0, 11), "NO [NOPERM]", name);
  }
});

Deno.test('rights: RFC 4314 §4: LIST shows what one has "l" for, and is never refused', async () => {
  for (const right of all) {
    const { lines } = await attempt(right, ['LIST "" "Other*"']);
    assertEquals(lines.length, right === "l" ? 2 : 1, right);
    assertEquals(lines.at(-1)?.slice(0, 2), "OK");
  }
  // Without "r" it cannot be selected, and is marked so; with it, it is not.
  const { lines } = await attempt("l", ['LIST "" "Other*"']);
  assertEquals(lines[0], `* LIST (\\Noselect \\HasNoChildren) "/" ${shared}`);
  const readable = await attempt("lr", ['LIST "" "Other*"']);
  assertEquals(readable.lines[0], `* LIST (\\HasNoChildren) "/" ${shared}`);
});

Deno.test('rights: RFC 4314 §4: MYRIGHTS needs any of "l", "r", "i", "k", "x", "a"', async () => {
  for (const right of all) {
    const { reply } = await attempt(right, [`MYRIGHTS ${shared}`]);
    assertEquals(reply.slice(0, 2), "lrikxa".includes(right) ? "OK" : "NO", right);
  }
});

Deno.test("rights: RFC 4314 §4: subscriptions need no rights, since nobody asks whether there is such a mailbox", async () => {
  const { lines } = await attempt("", [`SUBSCRIBE ${shared}`, 'LSUB "" "Other*"']);
  assertEquals(lines[0], `* LSUB () "/" ${shared}`);
  const { lines: after } = await attempt("", [`SUBSCRIBE ${shared}`, `UNSUBSCRIBE ${shared}`, 'LSUB "" "Other*"']);
  assertEquals(after.length, 1);
});

Deno.test('rights: RFC 4314 §4: RENAME needs "x" on the mailbox and "k" on what is to be above it', async () => {
  const attemptRename = async (rights: string, above: string) => {
    const service = await testService();
    await service.fill(bob, "Shared", []);
    await service.fill(bob, "Above", []);
    for (const [name, letters] of [["Shared", rights], ["Above", above]] as const) {
      const { id } = await service.mailbox(bob, name);
      await service.storage.apply([{ do: "setRights", mailbox: id, who: service.account(fred), rights: letters }]);
    }
    return (await send(service, [`RENAME ${shared} "Other Users/bob@example.org/Above/Moved"`])).reply.slice(0, 2);
  };
  assertEquals(await attemptRename("x", "k"), "OK");
  assertEquals(await attemptRename(all.replace("x", ""), all), "NO");
  assertEquals(await attemptRename(all, all.replace("k", "")), "NO");
});

Deno.test("rights: RFC 4314 §4: at the root of another's names nobody makes mailboxes, nor takes one home", async () => {
  const create = await attempt(all, ['CREATE "Other Users/bob@example.org/New"']);
  assertEquals(create.reply.slice(0, 11), "NO [NOPERM]");
  const rename = await attempt(all, [`RENAME ${shared} "Other Users/bob@example.org/New"`]);
  assertEquals(rename.reply.slice(0, 11), "NO [NOPERM]");
  const take = await attempt(all, [`RENAME ${shared} Mine`]);
  assertEquals(take.reply.slice(0, 11), "NO [CANNOT]");
});

Deno.test('rights: RFC 9051 §6.3.6: RENAME of an INBOX moves its messages, and so needs "r", "t" and "e" too', async () => {
  for (const missing of ["", "x", "r", "t", "e"]) {
    const service = await testService();
    await service.fill(bob, "Above", []);
    for (const [name, rights] of [["INBOX", all.replace(missing, "")], ["Above", "k"]] as const) {
      const { id } = await service.mailbox(bob, name);
      await service.storage.apply([{ do: "setRights", mailbox: id, who: service.account(fred), rights }]);
    }
    const rename = 'RENAME "Other Users/bob@example.org/INBOX" "Other Users/bob@example.org/Above/Old"';
    assertEquals((await send(service, [rename])).reply.slice(0, 2), missing === "" ? "OK" : "NO", missing);
  }
});

Deno.test('rights: RFC 4314 §4: APPEND and COPY keep the flags that one may set: "t", "s", "w"', async () => {
  const flags = "(\\Draft \\Deleted \\Seen $Forwarded)";
  const kept: Readonly<Record<string, readonly string[]>> = {
    i: [],
    it: ["\\Deleted"],
    is: ["\\Seen"],
    iw: ["$Forwarded", "\\Draft"],
    istw: ["$Forwarded", "\\Deleted", "\\Draft", "\\Seen"],
  };
  for (const [rights, expected] of Object.entries(kept)) {
    const appended = await attempt(rights, [`APPEND ${shared} ${flags} {3+}\r\nx\r\n`]);
    assertEquals(appended.messages.at(-1)?.flags.toSorted(), expected, rights);
    const copied = await attempt(rights, [
      `APPEND INBOX ${flags} {3+}\r\nx\r\n`,
      "SELECT INBOX",
      `COPY 1 ${shared}`,
    ]);
    assertEquals(copied.messages.at(-1)?.flags.toSorted(), expected, rights);
  }
});

Deno.test("rights: RFC 4314 §4: where no flags may be set, COPY leaves nothing else out", async () => {
  const tested = await testService();
  await tested.fill(bob, "Shared", []);
  const { id: from } = await tested.mailbox(fred), { id: to } = await tested.mailbox(bob, "Shared");
  const body = await tested.storage.writeBody(new TextEncoder().encode("x\r\n"));
  const envelope = { sender: "a@example.com", recipient: fred };
  const details = { receivedAt: new Date("2001-01-01T00:00:00Z"), flags: ["\\Seen", "Secret"], envelope };
  await tested.storage.apply([
    { do: "append", mailbox: from, body, details },
    { do: "setRights", mailbox: to, who: tested.account(fred), rights: "lri" },
  ]);
  await using client = await logIn(tested);
  await client.run("SELECT INBOX");
  assert((await client.run(`COPY 1 ${shared}`)).at(-1)?.startsWith("OK [COPYUID "));
  const { messages: [copied] } = await tested.storage.messages(to, {});
  assertEquals([copied?.flags, copied?.receivedAt], [[], details.receivedAt]);
  assertEquals([...await tested.storage.envelopes(to)], [[1, envelope]]);
  // RFC 4314 §2.1: nor does the mailbox know of keywords that nobody may set there.
  assertEquals((await tested.mailbox(bob, "Shared")).keywords, []);
});

Deno.test("rights: RFC 4314 §4: STORE changes the flags that one may change, and fails only when there are none", async () => {
  const store = [select, "STORE 2 +FLAGS.SILENT (\\Draft \\Deleted \\Seen)"];
  const changed: Readonly<Record<string, readonly string[]>> = {
    rt: ["\\Deleted"],
    rs: ["\\Seen"],
    rw: ["\\Draft"],
    rstw: ["\\Deleted", "\\Draft", "\\Seen"],
  };
  for (const [rights, expected] of Object.entries(changed)) {
    const { reply, messages } = await attempt(rights, store);
    assertEquals([reply.slice(0, 2), messages[1]?.flags.toSorted()], ["OK", expected], rights);
  }
  const { reply, messages } = await attempt("rie", store);
  assertEquals([reply.slice(0, 2), messages[1]?.flags], ["NO", []]);
});

Deno.test('rights: RFC 4314 §4: CLOSE without "e" closes, and removes nothing; FETCH without "s" sets nothing', async () => {
  const closed = await attempt(all.replace("e", ""), [select, "CLOSE"]);
  assertEquals([closed.reply.slice(0, 2), closed.messages.length], ["OK", 2]);
  assertEquals((await attempt("re", [select, "CLOSE"])).messages.length, 1);
  const fetched = await attempt(all.replace("s", ""), [select, "FETCH 2 BODY[]"]);
  assertEquals([fetched.reply.slice(0, 2), fetched.messages[1]?.flags], ["OK", []]);
  assertEquals((await attempt("rs", [select, "FETCH 2 BODY[]"])).messages[1]?.flags, ["\\Seen"]);
});

Deno.test('rights: RFC 4314 §5.2: READ-WRITE with one of "i", "e", "s", "t", "w"; PERMANENTFLAGS are what one may set', async () => {
  for (const right of all.replace("r", "")) {
    const { reply } = await attempt(`r${right}`, [select]);
    assertEquals(reply.slice(0, 15), "iestw".includes(right) ? "OK [READ-WRITE]" : "OK [READ-ONLY] ", right);
  }
  const permanent = async (rights: string) =>
    /PERMANENTFLAGS (\(.*?\))/.exec((await attempt(rights, [select])).lines.join("\n"))?.[1];
  assertEquals(await permanent("rl"), "()");
  assertEquals(await permanent("rs"), "(\\Seen)");
  assertEquals(await permanent("rt"), "(\\Deleted)");
  assertEquals(await permanent("rw"), "(\\Answered \\Flagged \\Draft \\*)");
});

Deno.test('rights: RFC 5464 §3.3: metadata needs "l" and one of "r", "s", "w", "i", "p"; what is shared needs "w" to set', async () => {
  const get = [`GETMETADATA ${shared} (/private/comment /shared/comment)`];
  const setOwn = [`SETMETADATA ${shared} (/private/comment "x")`];
  const setShared = [`SETMETADATA ${shared} (/shared/comment "x")`];
  const status = async (rights: string, commands: readonly string[]) =>
    (await attempt(rights, commands)).reply.slice(0, 2);
  for (const right of all.replace("l", "")) {
    const expected = "rswip".includes(right) ? "OK" : "NO";
    for (const commands of [get, setOwn]) {
      assertEquals(await status(`l${right}`, commands), expected, `l${right}: ${commands}`);
      assertEquals(await status(right, commands), "NO", `${right}: ${commands}`);
    }
    assertEquals(await status(`l${right}`, setShared), right === "w" ? "OK" : "NO", right);
  }
});

Deno.test("rights: what anyone may do adds to what one may do oneself", async () => {
  const service = await testService();
  await service.fill(bob, "Shared", []);
  const { id } = await service.mailbox(bob, "Shared");
  await service.storage.apply([
    { do: "setRights", mailbox: id, who: service.account(fred), rights: "lx" },
    { do: "setRights", mailbox: id, who: "anyone", rights: "lr" },
  ]);
  assertEquals((await send(service, [`MYRIGHTS ${shared}`])).lines[0], `* MYRIGHTS ${shared} lrxc`);
});
