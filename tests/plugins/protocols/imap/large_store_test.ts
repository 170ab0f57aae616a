/** STORE of more messages than are changed at a time, and what others do between. */
import { assert, assertEquals } from "@std/assert";
import { Refusal } from "../../../../core/contract/mod.ts";
import { fillMany, interrupted, MANY, message } from "./many_messages.ts";
import { overEachStorage } from "../over_each_storage.ts";
import { bob, fred, logIn, testService } from "./talk.ts";

overEachStorage(
  "imap: STORE of thousands tells each once, in order, to who stores and to who watches",
  async (given) => {
    const service = await testService(given);
    await fillMany(service);
    await using one = await logIn(service);
    await using other = await logIn(service);
    for (const client of [one, other]) {
      await client.run("ENABLE IMAP4rev2");
      await client.run("SELECT INBOX");
    }
    const all = (flags: string) =>
      Array.from({ length: MANY }, (_, n) => `* ${n + 1} FETCH (UID ${n + 1} FLAGS (${flags}))`);
    assertEquals(await one.run("STORE 1:* +FLAGS (\\Flagged)"), [...all("\\Flagged"), "OK Stored"]);
    assertEquals(await other.run("NOOP"), [...all("\\Flagged"), "OK Nothing done"]);
    assertEquals(await one.run("UID STORE 1:* FLAGS.SILENT (\\Seen)"), ["OK Stored"]);
    assertEquals(await one.run("NOOP"), ["OK Nothing done"]);
    assertEquals(await other.run("NOOP"), [...all("\\Seen"), "OK Nothing done"]);
    // Also those that have the flag already.
    await one.run("STORE 2:4400 +FLAGS.SILENT (\\Draft)");
    assertEquals((await one.run("STORE 1:* +FLAGS (\\Draft)")).length, MANY + 1);
    assertEquals((await other.run("NOOP")).length, MANY + 1);
  },
);

Deno.test("imap: what others do between the steps of a STORE is told, and is not undone", async () => {
  const hook = interrupted();
  const service = await testService({ storage: hook.storage });
  await fillMany(service);
  const { id: mailbox } = await service.mailbox(fred);
  await using client = await logIn(service);
  await client.run("ENABLE CONDSTORE");
  await client.run("SELECT INBOX");
  const { highestModseq } = await service.mailbox(fred);
  const flag = (uid: number) =>
    service.storage.apply([
      { do: "setFlags", mailbox, uids: [uid], change: { mode: "add", flags: ["\\Flagged"] } },
    ]);
  // The first step goes undisturbed; then another session changes a message of it and one that is still to come.
  hook.before = async () => {
    hook.before = async () => {
      await flag(10);
      await flag(3000);
    };
    await Promise.resolve();
  };
  const lines = await client.run(`UID STORE 1:* (UNCHANGEDSINCE ${highestModseq}) +FLAGS.SILENT (\\Seen)`);
  assertEquals(lines.at(-1), "OK [MODIFIED 3000] Others have changed some of them");
  const told = (text: string) =>
    lines.filter((line) => line.includes(text)).map((line) => line.replace(/ MODSEQ.*/, ""));
  assertEquals(told("(UID 10 "), ["* 10 FETCH (UID 10", "* 10 FETCH (UID 10 FLAGS (\\Seen \\Flagged \\Recent)"]);
  assertEquals(new Set(told("(UID 3000 ")), new Set(["* 3000 FETCH (UID 3000 FLAGS (\\Flagged \\Recent)"]));
  const { messages } = await service.storage.messages(mailbox, { uids: [1, 10, 3000, MANY] });
  assertEquals(messages.map(({ flags }) => [...flags].sort()), [["\\Seen"], ["\\Flagged", "\\Seen"], ["\\Flagged"], [
    "\\Seen",
  ]]);
});

Deno.test("imap: a STORE that fails between its steps is UNAVAILABLE; what it did was told", async () => {
  const hook = interrupted();
  const service = await testService({ storage: hook.storage });
  await fillMany(service);
  await using client = await logIn(service);
  await client.run("ENABLE IMAP4rev2");
  await client.run("SELECT INBOX");
  hook.before = () => {
    hook.before = () => Promise.reject(new Refusal("unavailable", "mail cannot be read for now"));
    return Promise.resolve();
  };
  const lines = await client.run("STORE 1:* +FLAGS (\\Seen)");
  assertEquals(lines.at(-1), "NO [UNAVAILABLE] Mail cannot be read for now");
  const { messages } = await service.storage.messages((await service.mailbox(fred)).id);
  const seen = messages.filter(({ flags }) => flags.includes("\\Seen"));
  assert(seen.length > 0 && seen.length < MANY);
  assertEquals(lines.slice(0, -1), seen.map(({ uid }) => `* ${uid} FETCH (UID ${uid} FLAGS (\\Seen))`));
  assertEquals((await client.run("STORE 1:* +FLAGS (\\Seen)")).length, MANY + 1);
});

Deno.test("imap: RFC 4314 §4: flags that the user may not change stay, also those that others set at that moment", async () => {
  const hook = interrupted();
  const service = await testService({ storage: hook.storage });
  await service.fill(fred, "Shared", [message, message, message], ["\\Seen", "\\Flagged"]);
  const { id: mailbox } = await service.mailbox(fred, "Shared");
  await service.storage.apply([{ do: "setRights", mailbox, who: service.account(bob), rights: "lrw" }]);
  await using client = await logIn(service, bob);
  await client.run("ENABLE IMAP4rev2");
  assertEquals((await client.run(`SELECT "Other Users/${fred}/Shared"`)).at(-1), "OK [READ-WRITE] Selected");
  hook.before = () =>
    service.storage.apply([
      { do: "setFlags", mailbox, uids: [2], change: { mode: "set", flags: ["\\Deleted"] } },
      { do: "expunge", mailbox, uids: [3] },
    ]);
  assertEquals(await client.run("UID STORE 1:* FLAGS (\\Seen $Mine)"), [
    "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Mine)",
    "* OK [PERMANENTFLAGS (\\Answered \\Flagged \\Draft $Mine \\*)] Flags that are kept",
    "* 1 FETCH (UID 1 FLAGS (\\Seen $Mine))",
    "* 2 FETCH (UID 2 FLAGS (\\Deleted $Mine))",
    "* 3 EXPUNGE",
    "OK Stored",
  ]);
  const { messages, highestModseq } = await service.storage.messages(mailbox);
  assertEquals(messages.map(({ flags }) => flags), [["\\Seen", "$Mine"], ["\\Deleted", "$Mine"]]);
  await service.storage.apply([
    { do: "setFlags", mailbox, uids: [2], change: { mode: "add", flags: ["\\Answered"] } },
  ]);
  assertEquals(
    (await client.run(`UID STORE 1:* (UNCHANGEDSINCE ${highestModseq}) FLAGS.SILENT ($Mine)`)).at(-1),
    "OK [MODIFIED 2] Others have changed some of them",
  );
});
