/** What a session appends to its own mailbox while others write there: all of it is told, and in the order it happened. */
import { assertEquals } from "@std/assert";
import type { Operation, Storage } from "../../../../core/contract/mod.ts";
import { memoryStorage } from "../../../../storage/memory/storage.ts";
import { fred, type ImapClient, logIn, testService } from "./talk.ts";

const message = "Subject: x\r\n\r\ntext\r\n";
const append = `APPEND INBOX {${message.length}+}\r\n${message}`;

/** Commits of somebody else, right before and right after the next commit that has an append. */
interface Others {
  before: readonly Operation[];
  after: readonly Operation[];
}

function storageWith(others: Others): Storage {
  return new Proxy(memoryStorage(), {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      if (name !== "apply") return value.bind(target);
      return async (batch: readonly Operation[]) => {
        const { before, after } = others;
        if (!batch.some((operation) => operation.do === "append")) return await target.apply(batch);
        others.before = others.after = [];
        await target.apply(before);
        const results = await target.apply(batch);
        await target.apply(after);
        return results;
      };
    },
  });
}

/** A session in a mailbox of three messages. */
async function selected(others: Others) {
  const service = await testService({ storage: storageWith(others) });
  await service.fill(fred, "INBOX", [message, message, message]);
  const client = await logIn(service);
  await client.run("SELECT INBOX");
  return { service, client, mailbox: (await service.mailbox(fred)).id };
}

async function told(client: ImapClient, command: string): Promise<readonly string[]> {
  return (await client.run(command)).slice(0, -1);
}

Deno.test("imap: RFC 9051 §6.3.12: what others did before an APPEND is told with it", async () => {
  const others: Others = { before: [], after: [] };
  const { client, mailbox } = await selected(others);
  await using _ = client;
  const change = { mode: "add", flags: ["\\Flagged"] } as const;
  others.before = [{ do: "setFlags", mailbox, uids: [2], change }, { do: "expunge", mailbox, uids: [1] }];
  assertEquals(await told(client, append), [
    "* 1 EXPUNGE",
    "* 3 EXISTS",
    "* 3 RECENT",
    "* 1 FETCH (UID 2 FLAGS (\\Flagged \\Recent))",
  ]);
  assertEquals(await told(client, "NOOP"), []);
});

Deno.test("imap: RFC 9051 §6.3.12: what others did after an APPEND, to its message too, is told after it", async () => {
  const others: Others = { before: [], after: [] };
  const { client, mailbox, service } = await selected(others);
  await using _ = client;
  const change = { mode: "add", flags: ["\\Flagged"] } as const;
  others.after = [{ do: "setFlags", mailbox, uids: [4], change }];
  assertEquals(await told(client, append), [
    "* 4 EXISTS",
    "* 4 RECENT",
    "* 4 FETCH (UID 4 FLAGS (\\Flagged \\Recent))",
  ]);
  others.after = [{ do: "expunge", mailbox, uids: [2, 5] }];
  assertEquals(await told(client, append), ["* 5 EXISTS", "* 5 RECENT", "* 2 EXPUNGE", "* 4 EXPUNGE", "* 3 RECENT"]);
  assertEquals(await told(client, "NOOP"), []);
  await service.fill(fred, "INBOX", [message]);
  assertEquals(await told(client, "NOOP"), ["* 4 EXISTS", "* 4 RECENT"]);
  assertEquals(await told(client, "UID SEARCH ALL"), ["* SEARCH 1 3 4 6"]);
});
