/** What a command has read of the selected mailbox, before the session hears of it from the storage. */
import { assert, assertEquals } from "@std/assert";
import type { Storage } from "../../../../core/contract/mod.ts";
import { memoryStorage } from "../../../../storage/memory/storage.ts";
import { overEachStorage } from "../over_each_storage.ts";
import { fred, logIn, testService } from "./talk.ts";

const text = "Subject: x\r\n\r\ntext\r\n";

/** A storage whose news do not arrive: what is committed can be read long before. */
function withoutNews(storage: Storage): Storage {
  return new Proxy(storage, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (name === "watch") return (_account: unknown, stop: AbortSignal) => nothing(stop);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

// deno-lint-ignore require-yield
async function* nothing(stop: AbortSignal): AsyncGenerator<never> {
  if (!stop.aborted) await new Promise((resolve) => stop.addEventListener("abort", resolve));
}

overEachStorage("imap: RFC 9051 §5.2: a size that changed is told by the command that has seen it", async (given) => {
  const service = await testService({ storage: withoutNews(given.storage ?? memoryStorage()) });
  await using client = await logIn(service);
  const commands = [
    "FETCH 1:* FLAGS",
    "SEARCH SUBJECT x",
    "SEARCH UNSEEN",
    "SORT (SIZE) UTF-8 ALL",
    "THREAD REFERENCES UTF-8 ALL",
    "UID SEARCH RETURN (COUNT) ALL",
  ];
  let count = 0;
  /** Of each mailbox nothing is known yet: the command has to read. */
  const select = async () => {
    const name = `m${++count}`;
    await service.fill(fred, name, [text, text]);
    await client.run(`SELECT ${name}`);
    return name;
  };
  for (const command of [...commands, "STATUS m7 (MESSAGES)"]) {
    await service.fill(fred, await select(), [text]);
    assert((await client.run(command)).includes("* 3 EXISTS"), command);
  }
  // RFC 5530 §3: what is gone keeps its number for now, and the client hears that there is something.
  for (const command of commands.filter((command) => !command.startsWith("UID"))) {
    const { id: mailbox } = await service.mailbox(fred, await select());
    await service.storage.apply([{ do: "expunge", mailbox, uids: [1] }]);
    assertEquals((await client.run(command)).at(-1)?.slice(0, 18), "OK [EXPUNGEISSUED]", command);
  }
});

overEachStorage(
  "imap: RFC 9051 §6.4.6: a STORE is done, though what others did has not been heard of yet",
  async (given) => {
    const service = await testService({ storage: withoutNews(given.storage ?? memoryStorage()) });
    await service.fill(fred, "INBOX", [text, text], ["\\Seen"]);
    const { id: mailbox } = await service.mailbox(fred);
    await using client = await logIn(service);
    await client.run("SELECT INBOX");
    await client.run("FETCH 1:2 FLAGS");
    for (const [sign, mode] of [["+", "remove"], ["-", "add"]] as const) {
      await service.storage.apply([{ do: "setFlags", mailbox, uids: [2], change: { mode, flags: ["\\Seen"] } }]);
      assertEquals((await client.run(`STORE 1:2 ${sign}FLAGS.SILENT (\\Seen)`)).at(-1), "OK Stored");
      const { messages } = await service.storage.messages(mailbox);
      const flags = sign === "+" ? ["\\Seen"] : [];
      assertEquals(messages.map((message) => message.flags), [flags, flags], sign);
    }
  },
);

overEachStorage(
  "imap: RFC 9051 §6.4.5: a body that is read is \\Seen, though nothing is heard of others",
  async (given) => {
    const service = await testService({ storage: withoutNews(given.storage ?? memoryStorage()) });
    await service.fill(fred, "INBOX", [text], ["\\Seen"]);
    const { id: mailbox } = await service.mailbox(fred);
    await using client = await logIn(service);
    await client.run("SELECT INBOX");
    await client.run("FETCH 1 FLAGS");
    const change = { mode: "remove", flags: ["\\Seen"] } as const;
    await service.storage.apply([{ do: "setFlags", mailbox, uids: [1], change }]);
    assertEquals(await client.run("FETCH 1 BODY[]<0.1>"), [
      "* 1 FETCH (BODY[]<0> {1}",
      "S FLAGS (\\Seen \\Recent) UID 1)",
      "OK Fetched",
    ]);
    assertEquals((await service.storage.messages(mailbox)).messages[0]?.flags, ["\\Seen"]);
  },
);
