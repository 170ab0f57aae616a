/** What one protocol does is pushed by another: over sockets, with TLS, SQLite, and processes of their own. */
import { assertEquals, assertMatch } from "@std/assert";
import { type Dialogue, dialogue, dialogueOver } from "../support/plain_client.ts";
import { runMain } from "../support/run_main.ts";
import { spawnServer } from "../support/spawn_server.ts";
import { bob } from "../support/test_config.ts";

/** Says a command, and gives its last line, those before it passed over. */
async function done(client: Dialogue, command: string): Promise<string> {
  let line = await client.ask(`t ${command}`);
  while (!line.startsWith("t ")) line = await client.line();
  return line;
}

Deno.test("imap: what SMTP delivers, and what IMAP does, is pushed over TLS to who has sent NOTIFY, and to who idles", async () => {
  await using server = await spawnServer();
  const { certificate } = server.home;
  const session = async () => {
    const connection = await Deno.connectTls({
      hostname: "localhost",
      port: server.ports.imaps,
      caCerts: [certificate],
    });
    const client = dialogueOver(connection);
    assertMatch(await client.line(), /^\* OK /);
    assertMatch(await done(client, `LOGIN ${bob.address} "${bob.password}"`), /^t OK /);
    return client;
  };
  await using notified = await session();
  await using idle = await session();
  await using busy = await session();
  const selected = "(selected (MessageNew (UID BODY.PEEK[HEADER.FIELDS (Subject)]) MessageExpunge))";
  assertMatch(await done(notified, "ENABLE IMAP4rev2"), /^t OK /);
  assertMatch(
    await done(notified, `NOTIFY SET ${selected} (personal (MessageNew MessageExpunge MailboxName))`),
    /^t OK /,
  );
  assertMatch(await done(notified, "SELECT INBOX"), /^t OK /);
  assertMatch(await done(idle, "ENABLE IMAP4rev2"), /^t OK /);
  assertMatch(await done(idle, "SELECT INBOX"), /^t OK /);
  assertMatch(await idle.ask("i IDLE"), /^\+ /);

  await using smtp = await dialogue(server.ports.smtp);
  await smtp.line();
  for (const said of ["EHLO x", "MAIL FROM:<>", `RCPT TO:<${bob.address}>`, "DATA"]) await smtp.ask(said);
  assertMatch(await smtp.ask("Subject: pushed\r\n\r\nText\r\n."), /^250 /);
  assertEquals(await idle.line(), "* 1 EXISTS");
  assertEquals(await notified.line(), "* 1 EXISTS");
  assertEquals(await notified.line(), "* 1 FETCH (UID 1 BODY[HEADER.FIELDS (Subject)] {19}");
  assertEquals([await notified.line(), await notified.line(), await notified.line()], ["Subject: pushed", "", ")"]);

  assertMatch(await done(busy, "CREATE made"), /^t OK /);
  assertEquals(await notified.line(), '* LIST (\\HasNoChildren) "/" made');
  assertMatch(await done(busy, "SELECT INBOX"), /^t OK /);
  assertMatch(await done(busy, "MOVE 1 made"), /^t OK /);
  assertEquals(await idle.line(), "* 1 EXPUNGE");
  assertEquals([await notified.line(), await notified.line()].sort(), [
    "* 1 EXPUNGE",
    "* STATUS made (UIDNEXT 2 MESSAGES 1)",
  ]);
  // Another process: the account is removed.
  const { code } = await runMain(["account", "remove", bob.address, "--config", server.home.file], {
    folder: server.home.folder,
  });
  assertEquals(code, 0);
  assertMatch(await idle.readToEnd(), /\* BYE [^\r\n]*\r\n$/);
  assertMatch(await notified.readToEnd(), /\* BYE [^\r\n]*\r\n$/);
});
