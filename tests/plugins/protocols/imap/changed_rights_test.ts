/** RFC 4314: rights that the owner of a mailbox changes while another has it selected. */
import { assert, assertEquals } from "@std/assert";
import { bob, fred, type ImapClient, logIn, type TestService, testService } from "./talk.ts";

const shared = '"Other Users/bob@example.org/Shared"';
const text = "Subject: hi\r\n\r\nSecret\r\n";

/** Bob's mailbox has messages, and Fred, who may do all this, has it selected. */
async function selected(rights: string, count = 2): Promise<{ service: TestService; client: ImapClient }> {
  const service = await testService();
  await service.fill(bob, "Shared", Array.from({ length: count }, () => text));
  await share(service, rights);
  const client = await logIn(service);
  await client.run(`SELECT ${shared}`);
  return { service, client };
}

async function share(service: TestService, rights: string): Promise<void> {
  const { id } = await service.mailbox(bob, "Shared");
  await service.storage.apply([{ do: "setRights", mailbox: id, who: service.account(fred), rights }]);
}

const gone = "* BYE The selected mailbox is gone";
const refused = "NO [NONEXISTENT] There is no such mailbox";

Deno.test('rights: who loses "r" reads nothing more in the mailbox: whatever is asked is refused, and the session ends', async () => {
  const commands = [
    "FETCH 1 BODY[]",
    "UID FETCH 1:* BODY.PEEK[TEXT]",
    "SEARCH TEXT Secret",
    "STORE 1 FLAGS (x)",
    "COPY 1 INBOX",
  ];
  for (const command of [...commands, "EXPUNGE", "SORT (DATE) UTF-8 ALL", "THREAD REFERENCES UTF-8 ALL"]) {
    for (const rights of ["l", "lstw", ""]) {
      const { service, client } = await selected("lrstwe");
      await using _ = client;
      await share(service, rights);
      assertEquals(await client.run(command), [refused], command);
      assertEquals(await client.wire.readLine(), gone, command);
      assertEquals(await client.wire.readLine(), undefined);
      const { messages } = await service.storage.messages((await service.mailbox(bob, "Shared")).id);
      assertEquals(messages.map(({ flags }) => flags), [[], []]);
      assertEquals((await service.mailbox(fred)).messages, 0);
    }
  }
});

Deno.test('rights: RFC 4469 §3.1: who loses "r" puts together no message of what is in the mailbox', async () => {
  const { service, client } = await selected("lr");
  await using _ = client;
  const command = 'APPEND INBOX CATENATE (URL ";UID=1")';
  assertEquals((await client.run(command))[0]?.slice(0, 15), "OK [APPENDUID 1");
  await share(service, "l");
  const reply = 'NO [BADURL ";UID=1"] That URL names nothing that can be used';
  assertEquals(await client.run(command), [reply]);
  assertEquals(await client.wire.readLine(), gone);
  assertEquals((await service.mailbox(fred)).messages, 1);
});

Deno.test('rights: who loses "r" while idle, or with NOTIFY, is told at once that the mailbox is gone', async () => {
  for (const command of ["i IDLE", "i NOTIFY SET (selected (MessageNew MessageExpunge))", "i NOTIFY NONE"]) {
    const { service, client } = await selected("lr");
    await using _ = client;
    client.wire.send(`${command}\r\n`);
    await client.wire.readLine();
    await share(service, "l");
    // Nothing is said to those who want to hear of nothing.
    if (command.endsWith("NONE")) assertEquals(await client.run("NOOP"), ["OK Nothing done"]);
    let last: string | undefined;
    for (let line = await client.wire.readLine(); line !== undefined; line = await client.wire.readLine()) last = line;
    assertEquals(last, gone, command);
  }
});

Deno.test("rights: RFC 9051 §7.1: rights that come and go hold from the next command on, and are told", async () => {
  const { service, client } = await selected("lrstw");
  await using _ = client;
  await share(service, "lrs");
  assertEquals(await client.run("STORE 1 +FLAGS (\\Deleted)"), [
    "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)",
    "* OK [PERMANENTFLAGS (\\Seen)] Flags that are kept",
    "NO [NOPERM] You may not change those flags here",
  ]);
  assertEquals((await client.run("STORE 1 +FLAGS.SILENT (\\Seen)")).at(-1), "OK Stored");
  await share(service, "lr");
  assertEquals(await client.run("STORE 1 -FLAGS (\\Seen)"), [
    "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)",
    "* OK [PERMANENTFLAGS ()] Flags that are kept",
    "* OK [READ-ONLY] Your rights have changed",
    "NO [NOPERM] The mailbox is read-only",
  ]);
  await share(service, "lrte");
  assertEquals(await client.run("NOOP"), [
    "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)",
    "* OK [PERMANENTFLAGS (\\Deleted)] Flags that are kept",
    "* OK [READ-WRITE] Your rights have changed",
    "OK Nothing done",
  ]);
  assertEquals((await client.run("STORE 1 +FLAGS.SILENT (\\Deleted)")).at(-1), "OK Stored");
  assertEquals(await client.run("EXPUNGE"), ["* 1 EXPUNGE", "* 1 RECENT", "OK Expunged"]);
});

Deno.test('rights: a FETCH that is under way ends when "r" is lost, however much there is still to be read', async () => {
  const service = await testService();
  const large = `${text}${"x".repeat(4000)}\r\n`;
  await service.fill(bob, "Shared", Array.from({ length: 1000 }, () => large));
  await share(service, "lr");
  // So much the client takes before it reads.
  await using client = await logIn(service, fred, { window: 4096 });
  await client.run(`SELECT ${shared}`);
  client.wire.send("f FETCH 1:* BODY.PEEK[]\r\n");
  const first = await client.wire.readLine();
  assertEquals(first, `* 1 FETCH (BODY[] {${large.length}}`);
  await share(service, "l");
  const lines: string[] = [];
  for (let line = await client.wire.readLine(); line !== undefined; line = await client.wire.readLine()) {
    lines.push(line);
  }
  assertEquals(lines.slice(-2), [`f ${refused}`, gone]);
  const bodies = lines.filter((line) => line === "Secret").length;
  assert(bodies < 900, `${bodies} of 1000`);
});
