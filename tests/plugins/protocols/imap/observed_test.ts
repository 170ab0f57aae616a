/** What a command has read of the selected mailbox, before the session hears of it from the storage. */
import { assert, assertEquals } from "@std/assert";
import type { Storage } from "../../../../core/contract/mod.ts";
import { memoryStorage } from "../../../../storage/memory/storage.ts";
import { overEachStorage } from "./over_each_storage.ts";
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
  const { id: mailbox } = await service.mailbox(fred);
  await service.fill(fred, "INBOX", [text]);
  await using client = await logIn(service);
  const commands = [
    "FETCH 1:* FLAGS",
    "SEARCH SUBJECT x",
    // By flags that are kept: they are read, and then only what has changed.
    "SEARCH UNSEEN",
    "SEARCH UNSEEN",
    "SORT (SIZE) UTF-8 ALL",
    "THREAD REFERENCES UTF-8 ALL",
    "UID SEARCH RETURN (COUNT) ALL",
    "STATUS INBOX (MESSAGES)",
  ];
  await client.run("SELECT INBOX");
  for (const [index, command] of commands.entries()) {
    await service.fill(fred, "INBOX", [text]);
    assert((await client.run(command)).includes(`* ${index + 2} EXISTS`), command);
  }
  // RFC 5530 §3: what is gone keeps its number for now, and the client hears that there is something.
  for (const [index, command] of commands.slice(0, -2).entries()) {
    await service.storage.apply([{ do: "expunge", mailbox, uids: [index + 1] }]);
    assertEquals((await client.run(command)).at(-1)?.slice(0, 18), "OK [EXPUNGEISSUED]", command);
    await client.run("NOOP");
  }
});
