/** Folders as states of a session: marks, locks, and what is done at once. */
import { assert, assertEquals, fail } from "@std/assert";
import { Refusal, type Storage } from "../../../../core/contract/mod.ts";
import { fakeConnection } from "../../../support/fake_connection.ts";
import { converse } from "../mail_context.ts";
import { mail, pop4 } from "./serve.ts";

const alice = { INBOX: ["one", "two", "three"].map(mail), Archive: [mail("old")] };
const login = "USER alice\r\nPASS secret\r\n";

Deno.test("pop4: the verbs are none before the login", async () => {
  const { serve } = await pop4({ alice });
  for (const command of ["LFLD", "SFLD INBOX", "STOR", "MOVE 1 Archive", "DPRT 1 1"]) {
    const [, reply] = (await converse(serve, `${command}\r\n`)).split("\r\n");
    assertEquals(reply, "-ERR log in first");
  }
});

Deno.test("pop4: SFLD removes what is marked where it was, RSET before it nothing, and a lost connection nothing", async () => {
  const server = await pop4({ alice });
  assertEquals(await server.say("DELE 2\r\nSFLD Archive\r\n"), ["+OK message 2 deleted", "+OK 1 22"]);
  assertEquals((await server.content(server.alice)).INBOX, ["one", "three"]);
  assertEquals(await server.say("DELE 1\r\nRSET\r\nSFLD Archive\r\nDELE 1\r\n"), [
    ...["+OK message 1 deleted", "+OK maildrop has 2 messages (46 octets)", "+OK 1 22", "+OK message 1 deleted"],
  ]);
  assertEquals(await server.content(server.alice), { INBOX: ["one", "three"], Archive: ["old"] });
  await server.say("SFLD Archive\r\nDELE 1\r\nQUIT\r\n");
  assertEquals(await server.content(server.alice), { INBOX: ["one", "three"], Archive: [] });
  assert(await server.isUnlocked());
});

Deno.test("pop4: where SFLD cannot remove what is marked, everything is as it was", async () => {
  let isFull = true;
  const wrap = (storage: Storage) =>
    new Proxy(storage, {
      get(storage, name) {
        if (name === "apply" && isFull) return () => Promise.reject(new Refusal("unavailable", "the disk is full"));
        const value = Reflect.get(storage, name);
        return typeof value === "function" ? value.bind(storage) : value;
      },
    });
  const server = await pop4({ alice, wrap });
  const lines = await server.say("DELE 2\r\nSFLD Archive\r\nSTAT\r\nUIDL 2\r\n");
  assertEquals(lines.slice(1), [
    "-ERR [SYS/TEMP] local error, try again later",
    `+OK 2 ${mail("one").length + mail("three").length}`,
    "-ERR message 2 already deleted",
  ]);
  isFull = false;
  assertEquals((await server.content(server.alice)).INBOX, ["one", "two", "three"]);
  assert(await server.isUnlocked());
});

Deno.test("pop4: SFLD anew shows what has arrived since, and other numbers than before", async () => {
  const server = await pop4({ alice });
  const lines = await server.say("MOVE 1 Archive\r\nCOPY 2 INBOX\r\nSTAT\r\nSFLD inbox\r\nSTAT\r\n");
  assertEquals(lines.map((line) => line.split(" ").slice(0, 2).join(" ")), [
    "+OK 1",
    "+OK 1",
    "+OK 2",
    "+OK 3",
    "+OK 3",
  ]);
});

Deno.test("pop4: RFC 1939 §4: the account has one session, whatever folder it has selected", async () => {
  const server = await pop4({ alice });
  const { connection, client } = fakeConnection({ log: server.log });
  const served = server.serve(connection, new AbortController().signal);
  client.send(`${login}SFLD Archive\r\n`);
  while (!client.received.endsWith("+OK 1 22\r\n")) await client.changed;
  assert((await converse(server.serve, login)).includes("-ERR [IN-USE] "));
  client.close();
  await served;
  assert(await server.isUnlocked());
});

/** Two sessions: of a guest that has selected something, and what an owner is told meanwhile and afterwards. */
async function besideGuest(selected: string, asked: string): Promise<[meanwhile: string[], afterwards: string[]]> {
  const server = await pop4({ alice, bob: { INBOX: [mail("of bob")], Team: [mail("shared")] } });
  await server.share("Team", "lr");
  await server.share("INBOX", "lr");
  const { connection, client } = fakeConnection({ log: server.log });
  const served = server.serve(connection, new AbortController().signal);
  client.send(`${login}SFLD Other%20Users/bob@example.org/${selected}\r\n`);
  while (!/\+OK 1 \d+\r\n$/.test(client.received)) await client.changed;
  const meanwhile = await server.say(asked, "bob");
  client.close();
  await served;
  return [meanwhile, await server.say(asked, "bob")];
}

Deno.test("pop4: a folder that a guest has selected is no other session's until it is left", async () => {
  const [meanwhile, afterwards] = await besideGuest("Team", "SFLD Team\r\nSTAT\r\n");
  assertEquals(meanwhile, ["-ERR [FOLDER/IN-USE] another session has selected the folder", "+OK 1 25"]);
  assertEquals(afterwards, ["+OK 1 25", "+OK 1 25"]);
});

Deno.test("pop4: no guest keeps an owner out of the maildrop", async () => {
  const [meanwhile] = await besideGuest("INBOX", "STAT\r\nRETR 1\r\nQUIT\r\n");
  assertEquals(meanwhile[0], `+OK 1 ${mail("of bob").length}`);
});

Deno.test("pop4: a session selects a folder again, and gives it back when it goes on", async () => {
  const server = await pop4({ alice, bob: { Team: [mail("shared")] } });
  await server.share("Team", "lr");
  const team = "SFLD Other%20Users/bob@example.org/Team\r\n";
  assertEquals((await server.say(`${team}${team}SFLD Archive\r\n${team}QUIT\r\n`)).slice(0, 4), [
    ...["+OK 1 25", "+OK 1 25", "+OK 1 22", "+OK 1 25"],
  ]);
  assertEquals(await server.say("SFLD Team\r\n", "bob"), ["+OK 1 25"]);
});

Deno.test("pop4: the folder that is selected is not deleted, but may be renamed under the session", async () => {
  const server = await pop4({ alice });
  const lines = await server.say("SFLD Archive\r\nDFLD Archive\r\nRENF Archive Old\r\nDFLD Old\r\nRETR 1\r\nSTOR\r\n");
  assertEquals(lines.filter((line) => /^(?:\+OK|-ERR)/.test(line)), [
    "+OK 1 22",
    "-ERR [FOLDER/SELECTED] the folder is selected, select another one first",
    "+OK",
    "-ERR [FOLDER/SELECTED] the folder is selected, select another one first",
    "+OK 22 octets",
    "+OK Start sending message",
  ]);
});

Deno.test("pop4: MOVE goes as a whole or not at all", async () => {
  const server = await pop4({ alice });
  await server.storage.apply([{ do: "setQuota", account: server.alice, quota: { messages: 5 } }]);
  assertEquals(
    await server.say("COPY 1-3 Archive\r\nCOPY 2 Archive\r\nCOPY 2 Archive\r\nMOVE 1-2 Nowhere\r\nSTAT\r\n"),
    [
      "-ERR [QUOTA] there is no room for it",
      "+OK 1",
      "-ERR [QUOTA] there is no room for it",
      "-ERR [FOLDER/MISSING] there is no such folder",
      "+OK 3 68",
    ],
  );
  assertEquals(await server.say("DELE 2\r\nMOVE 1-* Archive\r\nLIST\r\nMOVE 1-* Archive\r\nRETR 1\r\nQUIT\r\n"), [
    "+OK message 2 deleted",
    "+OK 2",
    "+OK 0 messages (0 octets)",
    ".",
    "-ERR no such message, only 3 messages in maildrop",
    "-ERR no such message, only 3 messages in maildrop",
    "+OK mail.example.org POP3 server signing off (maildrop empty)",
  ]);
  assertEquals(await server.content(server.alice), { INBOX: [], Archive: ["old", "two", "one", "three"] });
});

Deno.test("pop4: what IMAP has removed meanwhile does not go along, and its flags are not told", async () => {
  const server = await pop4({ alice });
  const inbox = await server.storage.mailboxByName(server.alice, "INBOX") ?? fail();
  const { connection, client } = fakeConnection({ log: server.log });
  const served = server.serve(connection, new AbortController().signal);
  client.send(login);
  while (!client.received.includes("maildrop has")) await client.changed;
  await server.storage.apply([{ do: "expunge", mailbox: inbox.id, uids: [1] }]);
  client.send("COPY 1-2 Archive\r\nLFLG\r\nSFLG 1 \\Seen\r\nMOVE 1,3 Archive\r\nQUIT\r\n");
  await served;
  assertEquals(client.received.split("\r\n").slice(3, -2), ["+OK 1", "+OK", "2", "3", ".", "+OK 1", "+OK 1"]);
});

Deno.test("pop4: what POP3 does with popped mail it does in INBOX, and with no folder", async () => {
  const server = await pop4({ alice, options: { expire: 0 } });
  await server.say("RETR 1\r\nSFLD Archive\r\nRETR 1\r\nSFLD INBOX\r\nRETR 1\r\nQUIT\r\n");
  assertEquals(await server.content(server.alice), { INBOX: ["three"], Archive: ["old"] });
  const popping = await pop4({ alice, options: { popped: "archive" } });
  await popping.say("RETR 1\r\nMOVE 2 Archive\r\nSFLD Archive\r\nRETR 1\r\nDELE 1\r\nQUIT\r\n");
  assertEquals(await popping.content(popping.alice), { INBOX: ["three"], Archive: ["two", "one $Popped"] });
});

Deno.test("pop4: from what `recent:` shows, messages go and flags are set wherever they are", async () => {
  const server = await pop4({ alice, options: { recent: "30d" } });
  const lines = await server.say(
    "SFLG 1-* \\Seen\r\nMOVE 1-* Target\r\nCFLD Target\r\nMOVE 1-* Target\r\nQUIT\r\n",
    "recent:alice",
  );
  assertEquals(lines.slice(0, 4), ["+OK 4", "-ERR [FOLDER/MISSING] there is no such folder", "+OK", "+OK 4"]);
  const { INBOX, Archive, Target = [] } = await server.content(server.alice);
  assertEquals([INBOX, Archive, [...Target].sort()], [
    [],
    [],
    ["old", "one", "three", "two"].map((subject) => `${subject} \\Seen`),
  ]);
});

Deno.test("pop4: RFC 6856 §2.1: names are ASCII, and UTF-8 for those who have asked for it", async () => {
  const server = await pop4({ alice: { "Entwürfe": [] } });
  const line = "0 0 0 aeiklprstwx";
  assertEquals((await server.say("LFLD Entw%c3%bcrfe\r\n"))[1], `Entw%C3%BCrfe ${line}`);
  const received = await converse(server.serve, `UTF8\r\n${login}LFLD\r\n`);
  // One character an octet.
  assertEquals(received.split("\r\n")[6], `Entw\u00c3\u00bcrfe ${line}`);
});

Deno.test("pop4: LFLD finds a folder however its name is written", async () => {
  const server = await pop4({ alice: { "Caf\u00e9": [], "INBOX/Sub": [] } });
  const names = async (name: string) =>
    (await server.say(`LFLD ${name}\r\n`)).slice(1, -1).map((line) => line.split(" ")[0]);
  assertEquals(await names("Cafe%CC%81/"), ["Caf%C3%A9"]);
  assertEquals(await names("inbox"), ["INBOX", "INBOX/Sub"]);
  assertEquals(await names("inbox/Sub"), ["INBOX/Sub"]);
});

Deno.test("pop4: names that no folder can have, and folders that cannot go where they should", async () => {
  const server = await pop4({ alice: { ...alice, "a/b": [] }, bob: {} });
  const commands = [
    ...["CFLD /", "CFLD a//b", "CFLD a/", "CFLD Other%20Users", `CFLD ${"x".repeat(1001)}`, "CFLD INBOX"],
    ...["RENF a b/c", "MOVF a a/b", "MOVF a/b a", "MOVF Archive Nowhere", "MOVF Archive Other%20Users/bob@example.org"],
    ...["CFLD Other%20Users/bob@example.org/New", "DFLD INBOX", "DFLD a", "RENF a Other%20Users", "RENF Archive"],
  ];
  const codes = (await server.say(commands.map((command) => `${command}\r\n`).join(""))).map((line) =>
    /\[(.*)\]/.exec(line)?.[1] ?? line
  );
  const [name, exists, denied] = ["FOLDER/NAME", "FOLDER/EXISTS", "FOLDER/DENIED"];
  assertEquals(codes, [
    ...[name, name, exists, name, name, exists],
    ...[name, name, exists, "FOLDER/MISSING", "FOLDER/MISSING"],
    ...[denied, "FOLDER/INBOX", "FOLDER/NOT-EMPTY", name, "-ERR expected RENF folder name"],
  ]);
});
