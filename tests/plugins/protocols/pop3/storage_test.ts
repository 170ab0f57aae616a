/** POP3 over the storage that is the contract's specification: the same mailbox as other sessions see it. */
import { assert, assertEquals } from "@std/assert";
import type { AccountId, Authentication, Mailbox, Storage } from "../../../../core/contract/mod.ts";
import { latin1Bytes } from "../../../../core/wire/ascii.ts";
import { memoryStorage } from "../../../../storage/memory/storage.ts";
import { fakeConnection } from "../../../support/fake_connection.ts";
import { afterLogin, login, talk, type TestService, testService } from "./talk.ts";

interface Kept extends TestService {
  readonly storage: Storage;
  inbox(): Promise<Mailbox>;
  uids(): Promise<number[]>;
}

/** A service over an account with these messages. */
async function over(messages: readonly string[]): Promise<Kept> {
  const storage = memoryStorage();
  const [{ id }] = await storage.apply([{ do: "createAccount", address: "mrose@example.org", secrets: {} }]);
  for (const message of messages) {
    const body = await storage.writeBody(latin1Bytes(message));
    const details = { receivedAt: new Date(), flags: [] };
    await storage.apply([{ do: "deliver", account: id, mailboxName: "INBOX", body, details }]);
  }
  const inbox = async () => await storage.mailboxByName(id, "INBOX") ?? fail();
  const uids = async () => (await storage.messages((await inbox()).id)).messages.map(({ uid }) => uid);
  return { ...testService({ authentication: authenticationOf(id), storage }), storage, inbox, uids };
}

function fail(): never {
  throw new Error("there is no INBOX");
}

function authenticationOf(account: AccountId): Authentication {
  return {
    mechanismsFor: () => [],
    isUsable: () => false,
    allowsPasswords: () => true,
    begin: () => Promise.reject(new Error("no exchange")),
    checkPassword: () => Promise.resolve({ state: "authenticated", account }),
    admitProven: () => Promise.reject(new Error("nothing was proven")),
    loggedOut: () => {},
    changeSecrets: () => Promise.resolve(0),
  };
}

Deno.test("pop3: sizes are those of what is sent, whatever line ends a message was stored with", async () => {
  const messages = ["A: 1\r\n\r\n.x\r\n", "A: 2\n\nbare\nlines", "", "A: 4\r\n\r\n\0\xff\r\n\rend"];
  const lines = await afterLogin(await over(messages), "LIST\r\nRETR 1\r\nRETR 2\r\nRETR 3\r\nRETR 4\r\n");
  assertEquals(lines.slice(0, 6), ["+OK 4 messages (52 octets)", "1 12", "2 21", "3 0", "4 19", "."]);
  assertEquals(lines.slice(6), [
    ...["+OK 12 octets", "A: 1", "", "..x", "."],
    ...["+OK 21 octets", "A: 2", "", "bare", "lines", "."],
    ...["+OK 0 octets", "."],
    ...["+OK 19 octets", "A: 4", "", "\0\xff", "", "end", "."],
  ]);
});

Deno.test("pop3: RFC 1939 §7: unique-ids outlive sessions, deletions and new mail, and are never used again", async () => {
  const tested = await over(["1\r\n", "2\r\n", "3\r\n"]);
  const uidl = async (commands = "") => {
    const lines = await afterLogin(tested, `UIDL\r\n${commands}`);
    return lines.slice(1, lines.indexOf(".")).map((line) => line.split(" ")[1]);
  };
  const [one, two, three] = await uidl("DELE 3\r\nQUIT\r\n");
  assertEquals(await uidl(), [one, two]);
  const inbox = await tested.inbox();
  const body = await tested.storage.writeBody(latin1Bytes("4\r\n"));
  await tested.storage.apply([
    { do: "append", mailbox: inbox.id, body, details: { receivedAt: new Date(), flags: [] } },
    { do: "setFlags", mailbox: inbox.id, uids: [1], change: { mode: "add", flags: ["\\Deleted", "\\Seen"] } },
  ]);
  const [first, second, fourth] = await uidl();
  assertEquals([first, second], [one, two]);
  assertEquals(new Set([one, two, three, fourth]).size, 4);
});

Deno.test("pop3: what an IMAP session removes meanwhile is gone, never harms, and its number stays its own", async () => {
  const tested = await over(["1\r\n", "2\r\n", "3\r\n"]);
  const { connection, client } = fakeConnection();
  const served = tested.serve(connection, new AbortController().signal).finally(() => connection.close());
  client.send(`${login}DELE 1\r\n`);
  for (let line = 0; line < 4; line++) await client.readLine();
  const inbox = await tested.inbox();
  await tested.storage.apply([{ do: "expunge", mailbox: inbox.id, uids: [1, 2] }]);
  const other = await talk(tested, login);
  assertEquals(other.lines[2], "-ERR [IN-USE] maildrop already locked by another session");
  client.send("RETR 2\r\nRETR 3\r\nQUIT\r\n");
  assertEquals(await client.readLine(), "-ERR [SYS/TEMP] message 2 has been removed by another session");
  assertEquals(await client.readLine(), "+OK 3 octets");
  assertEquals(await client.readUntilDot(), ["3"]);
  assertEquals(await client.readLine(), "+OK dewey POP3 server signing off (2 messages left)");
  await served;
  assertEquals(await tested.uids(), [3]);
  assertEquals((await afterLogin(tested, "STAT\r\n"))[0], "+OK 1 3");
});

Deno.test("pop3: a mailbox that is removed while its maildrop is open: QUIT says that it failed, and ends", async () => {
  const tested = await over(["1\r\n"]);
  const { connection, client } = fakeConnection({ log: tested.log });
  const served = tested.serve(connection, new AbortController().signal).finally(() => connection.close());
  client.send(`${login}DELE 1\r\n`);
  for (let line = 0; line < 4; line++) await client.readLine();
  await tested.storage.apply([{ do: "removeAccount", account: (await tested.inbox()).account }]);
  client.send("RETR 1\r\nNOOP\r\nQUIT\r\n");
  await served;
  assertEquals(client.unread.split("\r\n").slice(0, 3), [
    "-ERR message 1 already deleted",
    "+OK",
    "-ERR [SYS/TEMP] some deleted messages not removed",
  ]);
  assert(tested.log.lines.some((line) => line.startsWith("error deleted messages were not removed")));
});
