/** Messages that sessions keep from one command to the next. */
import { assertEquals } from "@std/assert";
import type { BodyId, MailboxId, Message } from "../../../../core/contract/mod.ts";
import { KnownMessages } from "../../../../plugins/protocols/imap/known_messages.ts";
import { overEachStorage } from "../over_each_storage.ts";
import { fred, logIn, testService } from "./talk.ts";

const text = "Subject: x\r\n\r\ntext\r\n";
const mailbox = 1 as MailboxId;

function message(uid: number, modseq: bigint, flags: readonly string[] = []): Message {
  const date = new Date(0);
  return { uid, modseq, flags, receivedAt: date, savedAt: date, size: 1, crlfSize: 1, body: String(uid) as BodyId };
}

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

Deno.test("known messages: they are of one state of their mailbox, and told of no other", () => {
  const known = new KnownMessages();
  const uids = (modseq: bigint, ...wanted: number[]) => known.get(mailbox, modseq, wanted)?.map(({ uid }) => uid);
  assertEquals(uids(5n, 1), undefined);
  known.keep(mailbox, 5n, [message(1, 3n), message(2, 4n), message(3, 5n)]);
  assertEquals(uids(5n, 3, 1), [3, 1]);
  assertEquals(uids(5n, 1, 4), undefined, "one that was not read");
  assertEquals(uids(6n, 1), undefined, "a later state, of which nothing is known");
  known.follow(mailbox, { since: 6n, until: 7n, messages: [message(1, 7n)], expunged: [] });
  assertEquals(uids(7n, 1), undefined, "what happened from 5 to 6 is not known");
  known.follow(mailbox, {
    since: 5n,
    until: 7n,
    messages: [message(1, 6n, ["\\Seen"]), message(4, 7n)],
    expunged: [2],
  });
  assertEquals(known.get(mailbox, 7n, [1])?.[0]?.flags, ["\\Seen"]);
  assertEquals(uids(7n, 3, 4), [3, 4]);
  assertEquals(uids(7n, 2), undefined);
  known.keep(mailbox, 6n, [message(3, 6n, ["\\Draft"])]);
  assertEquals(known.get(mailbox, 7n, [3])?.[0]?.flags, [], "what was read of an earlier state is not news");
  known.keep(mailbox, 9n, [message(9, 9n)]);
  assertEquals([uids(7n, 3), uids(9n, 3), uids(9n, 9)], [undefined, undefined, [9]]);
});

Deno.test("known messages: there is a bound to those of a mailbox, and to mailboxes", () => {
  const known = new KnownMessages();
  const read = (uids: readonly number[]) => uids.map((uid) => message(uid, 1n));
  known.keep(mailbox, 1n, read(numbers(1, 200)));
  known.keep(mailbox, 1n, read(numbers(201, 300)));
  assertEquals(known.get(mailbox, 1n, [1]), undefined);
  assertEquals(known.get(mailbox, 1n, [201])?.length, 1);
  known.keep(mailbox, 1n, read(numbers(1, 1000)));
  assertEquals(known.get(mailbox, 1n, [1]), undefined);
  for (const id of numbers(1, 500)) known.keep(id as MailboxId, 1n, [message(1, 1n)]);
  assertEquals(numbers(1, 500).filter((id) => known.get(id as MailboxId, 1n, [1]) !== undefined), numbers(401, 500));
});

overEachStorage(
  "imap: RFC 9051 §6.4.6: a STORE that changes nothing is answered as any, whoever made it so",
  async (given) => {
    const service = await testService(given);
    await service.fill(fred, "INBOX", [text, text]);
    await using one = await logIn(service);
    await using other = await logIn(service);
    for (const client of [one, other]) await client.run("EXAMINE INBOX");
    for (const client of [one, other]) await client.run("SELECT INBOX");
    const flags = async (client: typeof one, command: string) =>
      (await client.run(command)).map((line) => line.replace(" \\Recent", ""));
    await one.run("FETCH 1:2 FLAGS");
    const flagged = ["* 1 FETCH (UID 1 FLAGS (\\Flagged))", "OK Stored"];
    assertEquals(await flags(one, "STORE 1 +FLAGS (\\Flagged)"), flagged);
    assertEquals(await flags(one, "STORE 1 +FLAGS (\\fLAGGED)"), flagged);
    assertEquals(await flags(one, "STORE 1 -FLAGS (\\Seen $Other)"), flagged);
    assertEquals(await flags(one, "STORE 1 +FLAGS.SILENT (\\Flagged)"), ["OK Stored"]);
    assertEquals((await flags(other, "STORE 1:2 -FLAGS (\\Flagged)")).at(-1), "OK Stored");
    assertEquals(await flags(one, "STORE 1 +FLAGS (\\Flagged)"), flagged, "others have taken it away meanwhile");
    assertEquals(await flags(other, "FETCH 1 FLAGS"), ["* 1 FETCH (FLAGS (\\Flagged))", flagged[0], "OK Fetched"]);
  },
);
