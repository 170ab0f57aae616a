/** A message whose octets cannot be read: the others can, and whoever asks for all of them gets those. */
import { assertEquals } from "@std/assert";
import { type Body, Refusal, type Storage } from "../../../../core/contract/mod.ts";
import { memoryStorage } from "../../../../storage/memory/storage.ts";
import { fred, logIn, testService } from "./talk.ts";

const text = (word: string) => `Subject: ${word}\r\n\r\n${word}\r\n`;

/** A storage in which bodies cannot be read whose octets begin with this. */
function storageWithLost(beginning: string): { readonly storage: Storage; readonly reads: () => number } {
  let reads = 0;
  const lost = async (body: Body): Promise<Body> => {
    const start = new TextDecoder().decode(await body.read(0, beginning.length));
    if (start !== beginning) return body;
    const read = () => {
      reads++;
      return Promise.reject(new Refusal("unavailable", "mail cannot be read for now"));
    };
    return { size: body.size, read };
  };
  const storage = new Proxy(memoryStorage(), {
    get(target, name) {
      if (name === "openBodies") {
        return async (...given: Parameters<Storage["openBodies"]>) =>
          await Promise.all((await target.openBodies(...given)).map(lost));
      }
      if (name === "openBody") {
        return async (...given: Parameters<Storage["openBody"]>) => await lost(await target.openBody(...given));
      }
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return { storage, reads: () => reads };
}

Deno.test("imap: a message that cannot be read keeps none of the others from being fetched, and is told of at the end", async () => {
  const { storage } = storageWithLost("Subject: lost");
  const service = await testService({ storage });
  await service.fill(fred, "INBOX", [text("one"), text("lost"), text("two"), text("lost"), text("three")]);
  await using client = await logIn(service);
  await client.run("SELECT INBOX");
  const fetched = (lines: readonly string[]) => lines.filter((line) => /^\* \d+ FETCH/.test(line)).map((l) => l.at(2));
  const lines = await client.run("FETCH 1:* (UID BODY.PEEK[TEXT])");
  assertEquals(fetched(lines), ["1", "3", "5"]);
  assertEquals(lines.at(-1), "NO [UNAVAILABLE] Mail cannot be read for now");
  assertEquals((await client.run("FETCH 2 BODY.PEEK[]")).at(-1), "NO [UNAVAILABLE] Mail cannot be read for now");
  // What needs no octets is there.
  assertEquals((await client.run("FETCH 2 UID")).at(-1), "OK Fetched");
  assertEquals(await client.run("NOOP"), ["OK Nothing done"]);
});

Deno.test("imap: RFC 9051 §6.4.5: \\Seen of a message that was not there to be read after all is told as that of others", async () => {
  const { storage } = storageWithLost("Subject: lost");
  const service = await testService({ storage });
  await service.fill(fred, "INBOX", [text("lost"), text("two")]);
  await using client = await logIn(service);
  await client.run("ENABLE IMAP4rev2");
  await client.run("SELECT INBOX");
  assertEquals(await client.run("FETCH 1:2 BODY[TEXT]"), [
    "* 2 FETCH (BODY[TEXT] {5}",
    "two",
    " FLAGS (\\Seen) UID 2)",
    "* 1 FETCH (UID 1 FLAGS (\\Seen))",
    "* 2 FETCH (UID 2 FLAGS (\\Seen))",
    "NO [UNAVAILABLE] Mail cannot be read for now",
  ]);
  await service.fill(fred, "INBOX", Array.from({ length: 50 }, () => text("lost")));
  await client.run("NOOP");
  const lines = await client.run("FETCH 3:* BODY[TEXT]");
  assertEquals(lines.length, 51);
  assertEquals(lines.at(-2), "* 52 FETCH (UID 52 FLAGS (\\Seen))");
  await client.nothingMore();
});

Deno.test("imap: where one message after the other cannot be read, the disk is not asked for all of them", async () => {
  const { storage, reads } = storageWithLost("Subject: lost");
  const service = await testService({ storage });
  await service.fill(fred, "INBOX", Array.from({ length: 500 }, () => text("lost")));
  await using client = await logIn(service);
  await client.run("SELECT INBOX");
  assertEquals(await client.run("FETCH 1:* BODY.PEEK[]"), ["NO [UNAVAILABLE] Mail cannot be read for now"]);
  assertEquals(reads(), 10);
});

Deno.test("imap: RFC 5465 §5.2: a new message that cannot be read is told of once, and keeps nothing of others from being told", async () => {
  const { storage, reads } = storageWithLost("Subject: lost");
  const service = await testService({ storage });
  await service.fill(fred, "INBOX", [text("one")]);
  await using client = await logIn(service);
  await client.run("ENABLE IMAP4rev2");
  await client.run("SELECT INBOX");
  await client.run("NOTIFY SET (SELECTED (MessageNew (BODY.PEEK[TEXT]) MessageExpunge FlagChange))");
  await service.fill(fred, "INBOX", [text("lost"), text("two")]);
  assertEquals(await client.told(4), ["* 3 EXISTS", "* 3 FETCH (UID 3 BODY[TEXT] {5}", "two", ")"]);
  await service.fill(fred, "INBOX", [text("three")]);
  assertEquals(await client.told(4), ["* 4 EXISTS", "* 4 FETCH (UID 4 BODY[TEXT] {7}", "three", ")"]);
  await client.nothingMore();
  assertEquals(reads(), 1);
});

Deno.test("imap: RFC 5267 §4.3: a new message that cannot be read is in no search that goes on, and keeps others from none", async () => {
  const { storage, reads } = storageWithLost("Subject: lost");
  const service = await testService({ storage });
  await service.fill(fred, "INBOX", [text("one")]);
  await using client = await logIn(service);
  await client.run("ENABLE IMAP4rev2");
  await client.run("SELECT INBOX");
  await client.run("SEARCH RETURN (UPDATE ALL) BODY o");
  const { tag } = client;
  await service.fill(fred, "INBOX", [text("lost"), text("two")]);
  assertEquals(await client.run("NOOP"), ["* 3 EXISTS", `* ESEARCH (TAG "${tag}") ADDTO (0 3)`, "OK Nothing done"]);
  await client.nothingMore();
  assertEquals(reads(), 1);
  assertEquals(await client.run("SEARCH BODY o"), ["NO [UNAVAILABLE] Mail cannot be read for now"]);
});
