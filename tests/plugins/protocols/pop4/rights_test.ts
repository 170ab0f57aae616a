/** Rights in folders that others share (RFC 4314): what holds is what holds now. */
import { assert, assertEquals } from "@std/assert";
import { fakeConnection } from "../../../support/fake_connection.ts";
import { mail, type Pop4, pop4 } from "./serve.ts";

const team = "Other%20Users/bob@example.org/Team";
const stored = "Subject: stored\r\n\r\n.\r\n";
const denied = "-ERR [FOLDER/DENIED] you may not do that there";
const missing = "-ERR [FOLDER/MISSING] there is no such folder";

function twoAccounts(): Promise<Pop4> {
  return pop4({
    alice: { INBOX: [mail("of alice")], Own: [] },
    bob: { Team: [mail("one"), mail("two")], Diary: [mail("secret")] },
  });
}

/** What each command is answered with each of these rights, in a session of its own in which the folder is selected. */
const answers: readonly (readonly [command: string, rights: Readonly<Record<string, string>>])[] = [
  [`SFLD ${team}`, { "": missing, "l": denied, "r": "+OK 2 44", "lr": "+OK 2 44" }],
  [`COPY 1 ${team}`, { "": missing, "l": denied, "i": "+OK 1", "lrswtek": denied }],
  [`MOVE 1 ${team}`, { "": missing, "i": "+OK 1", "lrswtek": denied }],
  [`STOR ${team}`, { "": missing, "lrswte": denied, "i": "+OK Start sending message" }],
  [`STOR ${team} \\Seen`, { "li": denied, "lis": "+OK Start sending message" }],
  [`DFLD ${team}`, { "": missing, "lrswitek": denied, "x": "+OK" }],
  [`RENF ${team} New`, { "": missing, "lrswitek": denied, "x": denied }],
  [`CFLD ${team}/New`, { "": denied, "lrswitex": denied, "k": "+OK" }],
  [`MOVF Own ${team}`, { "": missing, "lrk": denied }],
];

for (const [command, byRights] of answers) {
  Deno.test(`pop4: rights: ${command}`, async () => {
    for (const [rights, expected] of Object.entries(byRights)) {
      const server = await twoAccounts();
      await server.share("Team", rights);
      const [reply] = await server.say(`${command}\r\n${expected.endsWith("message") ? stored : ""}`);
      assertEquals(reply, expected, rights);
    }
  });
}

/** The same of what is done in the folder once it is selected. */
const within: readonly (readonly [command: string, rights: Readonly<Record<string, string>>])[] = [
  ["DELE 1", { "lr": denied, "lrt": denied, "lre": denied, "lrte": "+OK message 1 deleted" }],
  ["MOVE 1 Own", { "lrt": denied, "lre": denied, "lrte": "+OK 1" }],
  ["COPY 1 Own", { "r": "+OK 1" }],
  ["SFLG 1 \\Seen", { "lr": denied, "lrwt": denied, "lrs": "+OK 1" }],
  ["SFLG 1 \\Seen $Word", { "lrs": denied, "lrw": denied, "lrsw": "+OK 1" }],
  ["CFLG 1 \\Deleted", { "lrsw": denied, "lrt": "+OK 1" }],
  ["STOR", { "lr": denied, "lri": "+OK Start sending message" }],
];

for (const [command, byRights] of within) {
  Deno.test(`pop4: rights in the folder that is selected: ${command}`, async () => {
    for (const [rights, expected] of Object.entries(byRights)) {
      const server = await twoAccounts();
      await server.share("Team", rights);
      const [, reply] = await server.say(`SFLD ${team}\r\n${command}\r\n${expected.endsWith("message") ? stored : ""}`);
      assertEquals(reply, expected, rights);
    }
  });
}

Deno.test("pop4: what was shared and is not any more is gone, also in the middle of a session", async () => {
  const server = await twoAccounts();
  await server.share("Team", "lrte");
  const { connection, client } = fakeConnection({ log: server.log });
  const served = server.serve(connection, new AbortController().signal);
  client.send(`USER alice\r\nPASS secret\r\nSFLD ${team}\r\nDELE 1\r\n`);
  while (!client.received.endsWith("deleted\r\n")) await client.changed;
  const { length } = client.received;
  await server.share("Team", "");
  const commands = [
    "RETR 2",
    "TOP 2 0",
    "LPRT 2",
    "RPRT 2 1",
    "DPRT 2 1",
    "LFLG",
    "COPY 2 Own",
    "SFLG 2 x",
    "DELE 2",
    "STOR",
  ];
  client.send([...commands, "SFLD INBOX", "QUIT", ""].join("\r\n"));
  await served;
  const lines = client.received.slice(length).split("\r\n");
  assertEquals(lines.slice(0, commands.length), Array(commands.length).fill(missing));
  // What was marked before is not removed either.
  assertEquals(lines.slice(commands.length), [denied, "-ERR [SYS/TEMP] some deleted messages not removed", ""]);
  assertEquals((await server.content(server.bob))["Team"], ["one", "two"]);
  assert(await server.isUnlocked());
});

Deno.test("pop4: who may mark and remove in a shared folder removes at QUIT what is marked", async () => {
  const server = await twoAccounts();
  await server.share("Team", "lrte");
  assertEquals((await server.say(`SFLD ${team}\r\nDELE 1\r\nQUIT\r\n`))[2]?.slice(0, 3), "+OK");
  assertEquals((await server.content(server.bob))["Team"], ["two"]);
});

Deno.test("pop4: flags that may not be set in a shared folder do not go along", async () => {
  const server = await twoAccounts();
  await server.share("Team", "is");
  const lines = await server.say(`SFLG 1 \\Seen \\Flagged $Word\r\nCOPY 1 ${team}\r\nMOVE 1 ${team}\r\nSTAT\r\n`);
  assertEquals(lines, ["+OK 1", "+OK 1", "+OK 1", "+OK 0 0"]);
  assertEquals((await server.content(server.bob))["Team"], ["one", "two", "of alice \\Seen", "of alice \\Seen"]);
});

Deno.test("pop4: a folder is seen with the right to, and how much is in it with the right to read it", async () => {
  const server = await twoAccounts();
  for (
    const [rights, expected] of Object.entries({ "": undefined, "r": undefined, "l": "- - - l", "lr": "2 2 44 lr" })
  ) {
    await server.share("Team", rights);
    const line = (await server.say("LFLD\r\n")).find((line) => line.startsWith("Other"));
    assertEquals(line, expected && `${team} ${expected}`, rights);
  }
  // Nothing of what is not shared, whatever its name.
  assert(
    !(await server.say("LFLD\r\nLFLD Other%20Users/bob@example.org/Diary\r\n")).some((line) => line.includes("Diary")),
  );
});
