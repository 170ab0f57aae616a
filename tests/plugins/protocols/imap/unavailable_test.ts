/** A storage that is away for a while: NO [UNAVAILABLE] (RFC 5530 §3), the session goes on, and nothing is lost. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Refusal, type Storage } from "../../../../core/contract/mod.ts";
import { memoryStorage } from "../../../../storage/memory/storage.ts";
import { ClientModel } from "./client_model.ts";
import { fred, logIn, testService } from "./talk.ts";

const message = "Subject: x\r\n\r\ntext\r\n";
/** What speaks to the database. */
const methods: readonly (keyof Storage)[] = [
  ...["apply", "writeBody", "openBody", "openBodies", "summary", "summaries", "mailboxes", "mailboxByName"] as const,
  ...[
    "mailbox",
    "mailboxesSharedWith",
    "subscriptions",
    "metadata",
    "snapshot",
    "messages",
    "account",
    "accountByAddress",
  ] as const,
];

/** A storage whose calls fail while, and where, `isAway` says so. */
function storageThatFails(isAway: (method: keyof Storage) => boolean): Storage {
  return new Proxy(memoryStorage(), {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      const method = methods.find((one) => one === name);
      if (method === undefined) return value.bind(target);
      return (...given: unknown[]) =>
        isAway(method)
          ? Promise.reject(
            new Refusal("unavailable", "mail cannot be read for now", { cause: new Error("disk I/O error") }),
          )
          : value.apply(target, given);
    },
  });
}

const commands = [
  "SELECT INBOX",
  "EXAMINE INBOX",
  'LIST "" *',
  'LSUB "" *',
  "STATUS INBOX (MESSAGES UNSEEN)",
  "CREATE x",
  "DELETE x",
  "RENAME INBOX y",
  "SUBSCRIBE z",
  `APPEND INBOX {${message.length}+}\r\n${message}`,
  "FETCH 1:* (FLAGS UID)",
  "FETCH 1:* ENVELOPE",
  "FETCH 1:* BODY.PEEK[]",
  "STORE 1 +FLAGS (\\Flagged)",
  "STORE 1 +FLAGS.SILENT (\\Flagged)",
  "UID COPY 1:* INBOX",
  "UID MOVE 1 INBOX",
  "EXPUNGE",
  "UID EXPUNGE 1",
  "SEARCH UNSEEN",
  "SEARCH TEXT text",
  "SORT (SUBJECT) UTF-8 ALL",
  "THREAD REFERENCES UTF-8 ALL",
  `UID REPLACE 1 INBOX {${message.length}+}\r\n${message}`,
  "GETQUOTAROOT INBOX",
  "GETACL INBOX",
  'GETMETADATA INBOX "/private/comment"',
];

Deno.test("imap: RFC 5530 §3: while the storage is away each command that needs it is UNAVAILABLE, and works again afterwards", async () => {
  let isAway = false;
  const service = await testService({ storage: storageThatFails(() => isAway) });
  for (const command of commands) {
    isAway = false;
    await using client = await logIn(service);
    await client.run("CREATE x");
    await client.run(`APPEND INBOX {${message.length}+}\r\n${message}`);
    await client.run("SELECT INBOX");
    await client.run("STORE 1 +FLAGS.SILENT (\\Deleted)");
    isAway = true;
    const lines = await client.run(command);
    assertEquals(lines.at(-1), "NO [UNAVAILABLE] Mail cannot be read for now", command);
    // RFC 9051 §6.1.2: that always works.
    assertEquals(await client.run("NOOP"), ["OK Nothing done"]);
    isAway = false;
    if (/^(?:SELECT|EXAMINE)/.test(command)) await client.run("SELECT INBOX");
    const again = (await client.run(command)).at(-1) ?? "";
    assert(!again.includes("UNAVAILABLE") && !again.startsWith("BAD"), `${command}: ${again}`);
  }
  assertEquals(service.log.lines.filter((line) => line.startsWith("error ")), []);
});

Deno.test("imap: while nothing can be written mail can be read all the same", async () => {
  let isFull = false;
  const service = await testService({
    storage: storageThatFails((method) => isFull && (method === "apply" || method === "writeBody")),
  });
  await service.fill(fred, "INBOX", [message]);
  isFull = true;
  await using client = await logIn(service);
  // \Recent and \Seen cannot be kept; what is told is true.
  assert((await client.run("SELECT INBOX")).includes("* 1 RECENT"));
  assertEquals(await client.run("FETCH 1 (FLAGS BODY[TEXT])"), [
    "* 1 FETCH (FLAGS (\\Recent) BODY[TEXT] {6}",
    "text",
    ")",
    "OK Fetched",
  ]);
  assertEquals(await client.run("STORE 1 +FLAGS (\\Seen)"), ["NO [UNAVAILABLE] Mail cannot be read for now"]);
  isFull = false;
  assertEquals(await client.run("FETCH 1 FLAGS"), ["* 1 FETCH (FLAGS (\\Recent))", "OK Fetched"]);
});

Deno.test("imap: what others do while the storage is away is told when it is back, also in IDLE", async () => {
  let isAway = false;
  const service = await testService({ storage: storageThatFails((method) => isAway && method === "messages") });
  await service.fill(fred, "INBOX", [message, message]);
  const { id } = await service.mailbox(fred);
  await using client = await logIn(service);
  await client.run("ENABLE IMAP4rev2");
  await client.run("SELECT INBOX");
  const flag = (uid: number) =>
    service.storage.apply([{
      do: "setFlags",
      mailbox: id,
      uids: [uid],
      change: { mode: "add", flags: ["\\Flagged"] },
    }]);
  isAway = true;
  await flag(1);
  assertEquals(await client.run("NOOP"), ["OK Nothing done"]);
  client.wire.send("i IDLE\r\n");
  assertEquals(await client.wire.readLine(), "+ Idling");
  await service.storage.apply([{ do: "expunge", mailbox: id, uids: [2] }]);
  isAway = false;
  await service.fill(fred, "INBOX", [message]);
  const told = [await client.wire.readLine(), await client.wire.readLine(), await client.wire.readLine()];
  assertEquals(told.sort(), ["* 1 FETCH (UID 1 FLAGS (\\Flagged))", "* 2 EXISTS", "* 2 EXPUNGE"]);
  client.wire.send("DONE\r\n");
  assertEquals(await client.wire.readLine(), "i OK No longer idling");
});

Deno.test("imap: what could not be told in IDLE is told when the storage is back, though nothing else happens", async () => {
  const back = Promise.withResolvers<void>();
  let isAway = true;
  const service = await testService({
    storage: storageThatFails((method) => {
      if (!isAway || method !== "messages") return false;
      isAway = false;
      back.resolve();
      return true;
    }),
  });
  isAway = false;
  await using client = await logIn(service);
  await client.run("ENABLE IMAP4rev2");
  await client.run("SELECT INBOX");
  client.wire.send("i IDLE\r\n");
  assertEquals(await client.wire.readLine(), "+ Idling");
  isAway = true;
  await service.fill(fred, "INBOX", [message]);
  await back.promise;
  assertEquals(await client.wire.readLine(), "* 1 EXISTS");
});

Deno.test("imap: a storage that fails anywhere loses no change and no message", async () => {
  const step = fc.constantFrom(
    "NOOP",
    "STORE 1:* +FLAGS (\\Seen)",
    "STORE 1 -FLAGS (\\Seen)",
    "UID STORE 2:4 +FLAGS (\\Deleted)",
    "EXPUNGE",
    "UID COPY 1:2 INBOX",
    "UID MOVE 3 INBOX",
    "FETCH 1:* (UID FLAGS)",
    "FETCH 1 BODY[]<0.1>",
    `APPEND INBOX {${message.length}+}\r\n${message}`,
    "other",
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 20 }), fc.array(fc.nat(40)), async (steps, failures) => {
      let calls = -Infinity;
      const failing = new Set(failures);
      const service = await testService({ storage: storageThatFails(() => failing.has(calls++)) });
      await service.fill(fred, "INBOX", [message, message, message]);
      const { id } = await service.mailbox(fred);
      const model = new ClientModel();
      await using client = await logIn(service);
      const run = async (command: string) => {
        model.begins(command.split(" ")[0] ?? "");
        model.takes(await client.run(command));
      };
      await run("ENABLE IMAP4rev2");
      await run("SELECT INBOX");
      await run("FETCH 1:* (UID FLAGS)");
      calls = 0;
      for (const command of steps) {
        if (command !== "other") await run(command);
        else {
          // Somebody else has a storage that works.
          const before = calls;
          calls = -Infinity;
          await service.storage.apply([{
            do: "setFlags",
            mailbox: id,
            uids: [1],
            change: { mode: "add", flags: ["\\Flagged"] },
          }]);
          await service.fill(fred, "INBOX", [message]);
          calls = before;
        }
      }
      calls = -Infinity;
      await run("NOOP");
      await run("FETCH 1:* (UID FLAGS)");
      const { messages } = await service.storage.messages(id);
      assertEquals(
        model.messages.map(({ uid, flags }) => [uid, flags]),
        messages.map(({ uid, flags }) => [uid, new Set(flags)]),
      );
      assertEquals(service.log.lines.filter((line) => line.startsWith("error ")), []);
    }),
    { numRuns: 200 },
  );
});
