/** Gmail's `recent:user`: mail of some days, of all mailboxes, popped or not. */
import { assert, assertEquals } from "@std/assert";
import { createHash, createHmac } from "node:crypto";
import { encodeBase64 } from "../../../../core/message/base64.ts";
import { encodeUtf8 } from "../../../../core/wire/utf8.ts";
import { fakeConnection } from "../../../support/fake_connection.ts";
import { keptMail } from "./kept_mail.ts";
import { mechanismsWithTimestamp, mrose, talk, type TestService } from "./talk.ts";

const options = { recent: "30d" };

const mail = [
  { subject: "old", days: 31 },
  { subject: "popped", days: 20, flags: ["$Popped"] },
  { subject: "new", days: 1 },
  { subject: "archived", days: 10, mailbox: "Archive" },
  { subject: "sent", days: 5, mailbox: "Sent" },
  { subject: "draft", days: 1, mailbox: "Drafts" },
  { subject: "junk", days: 1, mailbox: "Junk" },
  { subject: "trash", days: 1, mailbox: "Trash" },
];
const mailboxes = {
  Archive: "\\Archive",
  Sent: "\\Sent",
  Drafts: "\\Drafts",
  Junk: "\\Junk",
  Trash: "\\Trash",
};

async function recently(tested: TestService, commands: string): Promise<string[]> {
  const { lines } = await talk(tested, `USER recent:mrose\r\nPASS tanstaaf\r\n${commands}`);
  return lines.slice(2);
}

Deno.test("pop3: recent: shows what came in that time, of all mailboxes but drafts, junk and trash, the oldest first", async () => {
  const tested = await keptMail(mail, { mailboxes, options: { ...options, popped: "leave" } });
  const lines = await recently(tested, "TOP 1 0\r\nTOP 2 0\r\nTOP 3 0\r\nTOP 4 0\r\nTOP 5 0\r\n");
  assert(lines[0]?.startsWith("+OK maildrop has 4 messages"));
  const subjects = lines.filter((line) => line.startsWith("Subject: "));
  assertEquals(subjects, ["Subject: popped", "Subject: archived", "Subject: sent", "Subject: new"]);
});

Deno.test("pop3: recent: pops nothing: whoever logs in without it still gets what is new", async () => {
  const tested = await keptMail(mail.slice(0, 3), { options: { ...options, popped: "trash", expire: 7 } });
  await recently(tested, "RETR 1\r\nRETR 2\r\nQUIT\r\n");
  assertEquals(await tested.content(), { INBOX: ["old", "popped $Popped", "new"] });
});

Deno.test("pop3: recent: what is deleted goes where it does otherwise, from the mailbox in which it is", async () => {
  const removed = await keptMail(mail, { mailboxes, options });
  await recently(removed, "DELE 2\r\nDELE 4\r\nQUIT\r\n");
  const left = await removed.content();
  assertEquals([left.INBOX, left.Archive, left.Sent], [["old", "popped $Popped"], [], ["sent"]]);
  const thrown = await keptMail(mail, { mailboxes, options: { ...options, popped: "trash" } });
  await recently(thrown, "DELE 2\r\nDELE 4\r\nQUIT\r\n");
  const after = await thrown.content();
  assertEquals(after.Archive, []);
  assertEquals(new Set(after.Trash), new Set(["trash", "archived $Popped", "new $Popped"]));
});

Deno.test("pop3: recent: unique-ids stay what they are when mail is moved, and a message is there once", async () => {
  const tested = await keptMail(mail.slice(2, 3), { mailboxes: { Archive: "\\Archive", Copies: undefined }, options });
  const before = await recently(tested, "UIDL\r\n");
  const { storage, account } = tested;
  const id = async (name: string) =>
    (await storage.mailboxByName(account, name))?.id ?? (() => {
      throw new Error(name);
    })();
  const [inbox, archive, copies] = [await id("INBOX"), await id("Archive"), await id("Copies")];
  await storage.apply([{ do: "copy", from: inbox, uids: [1], to: copies }]);
  await storage.apply([{ do: "move", from: inbox, uids: [1], to: archive }]);
  assertEquals(await recently(tested, "UIDL\r\n"), before);
  assert(/^1 [!-~]{1,70}$/.test(before[2] ?? ""));
});

Deno.test("pop3: recent: holds for every way to log in", async () => {
  const mechanisms = mechanismsWithTimestamp();
  const tested = await keptMail(mail, { mailboxes, options, mechanisms });
  const digest = createHash("md5").update("<1896.697170952@dbc.mtview.ca.us>tanstaaf").digest("hex");
  const response = (text: string) => encodeBase64(encodeUtf8(text));
  const four = "+OK maildrop has 4 messages";
  for (
    const command of [
      `APOP recent:mrose ${digest}`,
      `APOP RECENT:${mrose} ${digest}`,
      `AUTH PLAIN ${response("\0recent:mrose\0tanstaaf")}`,
      `AUTH PLAIN ${response("recent:mrose\0recent:mrose\0tanstaaf")}`,
      `USER Recent:${mrose}\r\nPASS tanstaaf`,
    ]
  ) {
    const { lines } = await talk(tested, `${command}\r\n`);
    assert(lines.at(-1)?.startsWith(four), `${command}: ${lines.at(-1)}`);
  }
});

Deno.test("pop3: recent: holds for CRAM-MD5", async () => {
  const tested = await keptMail(mail, { mailboxes, options, mechanisms: mechanismsWithTimestamp() });
  const { connection, client } = fakeConnection();
  const served = tested.serve(connection, new AbortController().signal).finally(() => connection.close());
  await client.readLine();
  client.send("AUTH CRAM-MD5\r\n");
  const challenge = atob((await client.readLine())?.slice(2) ?? "");
  const digest = createHmac("md5", "tanstaaf").update(challenge).digest("hex");
  client.send(`${encodeBase64(encodeUtf8(`recent:mrose ${digest}`))}\r\n`);
  assert((await client.readLine())?.startsWith("+OK maildrop has 4 messages"));
  client.close();
  await served;
});

Deno.test("pop3: recent: a login of the plain form after one with the prefix that failed shows INBOX", async () => {
  const tested = await keptMail(mail, { mailboxes, options });
  const { lines } = await talk(tested, "USER recent:mrose\r\nPASS wrong\r\nUSER mrose\r\nPASS tanstaaf\r\nLIST\r\n");
  assertEquals(lines[2], "-ERR [AUTH] invalid login or password");
  assert(lines[4]?.startsWith("+OK maildrop has 3 messages"));
});

Deno.test("pop3: without the option `recent:mrose` is a login that nobody has", async () => {
  const tested = await keptMail(mail, { mailboxes });
  assertEquals(await recently(tested, ""), ["-ERR [AUTH] invalid login or password"]);
});
