/** MESSAGELIMIT (RFC 9738): what is beyond the limit, beyond the examples of the RFC. */
import { assert, assertEquals } from "@std/assert";
import { overEachStorage } from "../over_each_storage.ts";
import { fred, type Given, logIn, type TestService, testService } from "./talk.ts";

const text = "Subject: x\r\n\r\ntext\r\n";
const limited = { options: { message_limit: 1000 } };

/** INBOX with so many copies of one message. */
async function filled(count: number, given: Given = {}): Promise<TestService> {
  const service = await testService({ ...limited, ...given });
  await service.fill(fred, "source", [text]);
  const { id: from } = await service.mailbox(fred, "source");
  const { id: to } = await service.mailbox(fred);
  await service.storage.apply(Array.from({ length: count }, () => ({ do: "copy", from, uids: [1], to }) as const));
  return service;
}

/** The last line: the tagged response. */
async function replyTo(client: { run(command: string): Promise<string[]> }, command: string): Promise<string> {
  return (await client.run(command)).at(-1) ?? "";
}

const partly = "OK [MESSAGELIMIT 1000 6] Not all of them: those with the highest UIDs";

Deno.test("imap: RFC 9738 §3: without a limit there is no capability, and all is done whole", async () => {
  const service = await filled(1005, { options: {} });
  await using client = await logIn(service);
  assert(!(await client.run("CAPABILITY")).join().includes("MESSAGELIMIT"));
  await client.run("SELECT INBOX");
  assertEquals((await client.run("FETCH 1:* UID")).length, 1006);
  assertEquals(await client.run("SEARCH RETURN (COUNT) ALL"), ['* ESEARCH (TAG "t5") COUNT 1005', "OK Searched"]);
  assertEquals(await client.run("SEARCH UIDAFTER 1003 NOT UIDBEFORE 1005"), ["* SEARCH 1005", "OK Searched"]);
});

overEachStorage("imap: RFC 9738 §3.1: up to the limit nothing is cut, one more is", async (given) => {
  const service = await filled(1001, given);
  await using client = await logIn(service);
  await client.run("ENABLE IMAP4rev2");
  await client.run("SELECT INBOX");
  assertEquals(await replyTo(client, "FETCH 2:* UID"), "OK Fetched");
  assertEquals((await client.run("FETCH 1:* UID")).slice(-2), [
    "* 2 FETCH (UID 2)",
    "OK [MESSAGELIMIT 1000 2] Not all of them: those with the highest UIDs",
  ]);
  assertEquals(await replyTo(client, "UID SEARCH UIDAFTER 1"), "OK Searched");
  assertEquals(
    (await client.run("UID SEARCH RETURN (MIN COUNT) ALL")).at(0),
    '* ESEARCH (TAG "t7") UID MIN 2 COUNT 1000',
  );
  // Only what has to be looked at counts: what is found from the end is found without a limit.
  assertEquals(await client.run("UID SEARCH RETURN (MAX) ALL"), ['* ESEARCH (TAG "t8") UID MAX 1001', "OK Searched"]);
  assertEquals(await client.run("SEARCH 1"), ['* ESEARCH (TAG "t9") ALL 1', "OK Searched"]);
  assertEquals(await replyTo(client, "SORT (SUBJECT) UTF-8 2:*"), "OK Sorted");
  assertEquals(
    await replyTo(client, "SORT (SUBJECT) UTF-8 1:*"),
    "NO [MESSAGELIMIT 1000] Those are too many messages at once",
  );
  assertEquals(
    await replyTo(client, "COPY 2:* source"),
    `OK [COPYUID ${(await service.mailbox(fred, "source")).uidValidity} 2:1001 2:1001] Copied`,
  );
  assertEquals(
    await replyTo(client, "COPY 1:* source"),
    "NO [MESSAGELIMIT 1000 2] Those are too many messages at once",
  );
  assertEquals((await service.mailbox(fred, "source")).messages, 1001);
});

Deno.test("imap: RFC 9738 §3.1: beside another response code the limit is told in an untagged NO", async () => {
  const service = await filled(1005);
  await using client = await logIn(service);
  await using other = await logIn(service);
  for (const each of [client, other]) await each.run("SELECT INBOX");
  await other.run("UID STORE 3 +FLAGS.SILENT (\\Deleted)");
  await other.run("EXPUNGE");
  const untagged = `* ${partly.replace("OK", "NO")}`;
  for (const command of ["FETCH 1:* UID", "SEARCH ALL", "STORE 1:* +FLAGS.SILENT (\\Seen)"]) {
    const lines = await client.run(command);
    assert(lines.includes(untagged), command);
    assert(lines.at(-1)?.startsWith("OK [EXPUNGEISSUED] "), command);
  }
  await client.run("NOOP");
  // RFC 7162 §3.1.3: others have changed one of them.
  await client.run("ENABLE CONDSTORE");
  const { highestModseq } = await service.mailbox(fred);
  await other.run("UID STORE 900 +FLAGS.SILENT (\\Flagged)");
  const stored = await client.run(`UID STORE 1:* (UNCHANGEDSINCE ${highestModseq}) +FLAGS.SILENT (\\Draft)`);
  assert(stored.includes(untagged));
  assertEquals(stored.at(-1), "OK [MODIFIED 900] Others have changed some of them");
  // RFC 6851 §4.4: that one may be untagged.
  const moved = await client.run("UID MOVE 1:* source");
  assert(moved.at(-2)?.startsWith("* OK [HIGHESTMODSEQ "));
  assertEquals(moved.at(-1), partly);
  assertEquals((await service.mailbox(fred)).messages, 4);
});

Deno.test("imap: RFC 9738 §3.1: APPEND of more messages than the limit appends none", async () => {
  const service = await filled(0);
  await using client = await logIn(service);
  const message = ` {${text.length}+}\r\n${text}`;
  assertEquals(
    await client.run(`APPEND INBOX${message.repeat(1001)}`),
    ["NO [MESSAGELIMIT 1000] Those are too many messages at once"],
  );
  assertEquals((await service.mailbox(fred)).messages, 0);
  await client.run(`APPEND INBOX${message.repeat(1000)}`);
  assertEquals((await service.mailbox(fred)).messages, 1000);
});

Deno.test("imap: RFC 9738 §3.4: $ is cut as the search was, and a search that was cut is not followed", async () => {
  const service = await filled(1005);
  await using client = await logIn(service);
  await client.run("SELECT INBOX");
  assertEquals(await client.run("SEARCH RETURN (SAVE) ALL"), [partly]);
  assertEquals(await client.run("SEARCH RETURN (MIN COUNT) $"), [
    '* ESEARCH (TAG "t4") MIN 6 COUNT 1000',
    "OK Searched",
  ]);
  assertEquals(await client.run("SEARCH RETURN (UPDATE COUNT) ALL"), [
    '* ESEARCH (TAG "t5") COUNT 1000',
    '* NO [NOUPDATE "t5"] Not all messages were searched',
    partly,
  ]);
  assertEquals(
    await replyTo(client, "SEARCH RETURN (PARTIAL 1:1001) ALL"),
    "NO [MESSAGELIMIT 1000] Those are too many messages at once",
  );
  assertEquals(await client.run("SEARCH RETURN (PARTIAL -1:-1000) UNSEEN"), [
    '* ESEARCH (TAG "t7") PARTIAL (-1:-1000 6:1005)',
    "OK Searched",
  ]);
});

Deno.test("imap: RFC 9738 §3.1: EXPUNGE and CLOSE take all, UID EXPUNGE takes the last and counts those that are marked", async () => {
  const service = await filled(1500);
  const { id: mailbox } = await service.mailbox(fred);
  const mark = async (mode: "add" | "remove", from: number, to: number) => {
    const change = { mode, flags: ["\\Deleted"] } as const;
    await service.storage.apply([{ do: "setFlags", mailbox, uids: [[from, to]], change }]);
  };
  await mark("add", 1, 1400);
  await mark("remove", 501, 900);
  await using client = await logIn(service);
  await client.run("ENABLE IMAP4rev2 QRESYNC");
  await client.run("SELECT INBOX");
  const [vanished, ...rest] = await client.run("UID EXPUNGE 1:*");
  assertEquals([vanished, rest.length], ["* VANISHED 1:500,901:1400", 1]);
  await service.fill(fred, "INBOX", [text, text]);
  await client.run("NOOP");
  await mark("add", 501, 900);
  assertEquals(await client.run("CLOSE"), ["OK Closed"]);
  assertEquals((await service.mailbox(fred)).messages, 102);
});
