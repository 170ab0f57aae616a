/** MOVE of more messages than are moved at a time (RFC 6851 §3.3), and what others do between; COPY is never divided. */
import { assert, assertEquals } from "@std/assert";
import { Refusal } from "../../../../core/contract/mod.ts";
import { fillMany, interrupted, message } from "./many_messages.ts";
import { overEachStorage } from "../over_each_storage.ts";
import { fred, logIn, testService } from "./talk.ts";

/** Three steps. */
const COUNT = 12_000, STEP = 5000;

overEachStorage(
  "imap: MOVE of thousands lets others in between, and COPYUID pairs each message with itself",
  async (given) => {
    const hook = interrupted(given.storage);
    const service = await testService({ storage: hook.storage });
    await fillMany(service, COUNT);
    const { id: mailbox } = await service.mailbox(fred);
    await service.fill(fred, "target", [message]);
    await using client = await logIn(service);
    await using other = await logIn(service);
    for (const each of [client, other]) {
      await each.run("ENABLE IMAP4rev2 QRESYNC");
      await each.run("SELECT INBOX");
    }
    // A message arrives in the target between the first step and the second, and one is gone.
    hook.before = async () => {
      hook.before = async () => {
        await service.fill(fred, "target", [message]);
        await service.storage.apply([{ do: "expunge", mailbox, uids: [6000] }]);
      };
      await Promise.resolve();
    };
    const { uidValidity } = await service.mailbox(fred, "target");
    const lines = await client.run("MOVE 2:* target");
    assertEquals(
      lines[0],
      `* OK [COPYUID ${uidValidity} 2:5999,6001:${COUNT} 2:${STEP + 1},${STEP + 3}:${COUNT}] Moved`,
    );
    assertEquals([lines[1], lines.length], [`* VANISHED 2:${COUNT}`, 3]);
    assertEquals(await other.run("NOOP"), [`* VANISHED 2:${COUNT}`, "OK Nothing done"]);
    assertEquals((await service.mailbox(fred, "target")).messages, COUNT);
  },
);

Deno.test("imap: RFC 6851 §3.3: a MOVE that fails halfway says what it moved; no message is lost, and none is doubled", async () => {
  const hook = interrupted();
  const service = await testService({ storage: hook.storage });
  await fillMany(service, COUNT);
  await service.fill(fred, "target", [message]);
  await using client = await logIn(service);
  await client.run("SELECT INBOX");
  hook.before = () => {
    hook.before = () => Promise.reject(new Refusal("unavailable", "mail cannot be stored for now"));
    return Promise.resolve();
  };
  const { uidValidity } = await service.mailbox(fred, "target");
  const lines = await client.run("UID MOVE 1:* target");
  assertEquals(lines.at(-1), "NO [UNAVAILABLE] Mail cannot be stored for now");
  assertEquals(lines[0], `* OK [COPYUID ${uidValidity} 1:${STEP} 2:${STEP + 1}] Moved`);
  assertEquals(lines.slice(1, -1), [
    ...Array.from({ length: STEP }, () => "* 1 EXPUNGE"),
    `* ${COUNT - STEP} RECENT`,
  ]);
  const left = await service.mailbox(fred), moved = await service.mailbox(fred, "target");
  assertEquals([left.messages, moved.messages], [COUNT - STEP, STEP + 1]);
  assert((await client.run("UID MOVE 1:* target")).at(-1)?.startsWith("OK"));
  assertEquals((await service.mailbox(fred, "target")).messages, COUNT + 1);
});

Deno.test("imap: RFC 9051 §6.4.7: COPY of any number of messages is one batch", async () => {
  const hook = interrupted();
  const service = await testService({ storage: hook.storage });
  await fillMany(service, COUNT);
  await service.fill(fred, "target", [message]);
  await using client = await logIn(service);
  await client.run("SELECT INBOX");
  const batches: string[] = [];
  const count = (): Promise<unknown> => {
    hook.before = count;
    return Promise.resolve(batches.push("batch"));
  };
  hook.before = count;
  assert((await client.run("UID COPY 1:* target")).at(-1)?.startsWith("OK [COPYUID "));
  assertEquals(batches.length, 1);
});
