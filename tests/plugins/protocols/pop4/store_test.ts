/** STOR: what is answered is on disk, and what is not is nowhere. */
import { assert, assertEquals } from "@std/assert";
import type { Storage } from "../../../../core/contract/mod.ts";
import { fakeConnection } from "../../../support/fake_connection.ts";
import { converse } from "../mail_context.ts";
import { mail, pop4 } from "./serve.ts";

const alice = { INBOX: [], Drafts: [] };
const login = "USER alice\r\nPASS secret\r\n";
const message = "Subject: stored\r\n\r\n..dot\r\n.\r\n";

/** A storage whose calls a test sees, and may hold up. */
function seen(calls: string[], before: (name: string) => Promise<void> | void = () => {}) {
  return (storage: Storage): Storage =>
    new Proxy(storage, {
      get(storage, name) {
        const value = Reflect.get(storage, name);
        if (typeof value !== "function") return value;
        if (name !== "apply" && name !== "discardBody" && name !== "writeBody") return value.bind(storage);
        return (...given: unknown[]) => {
          calls.push(name);
          const held = before(name);
          return held === undefined ? value.apply(storage, given) : held.then(() => value.apply(storage, given));
        };
      },
    });
}

Deno.test("pop4: STOR keeps what was sent, with its flags, and tells under which unique-id", async () => {
  const server = await pop4({ alice });
  const lines = await server.say(`STOR Drafts \\draft $Later\r\n${message}SFLD Drafts\r\nUIDL 1\r\nRETR 1\r\nLFLG\r\n`);
  const [, id = ""] = /^\+OK (\d+\.\d+)$/.exec(lines[1] ?? "") ?? [];
  assertEquals(lines, [
    ...["+OK Start sending message", `+OK ${id}`, "+OK 1 25", `+OK 1 ${id}`],
    ...["+OK 25 octets", "Subject: stored", "", "..dot", "."],
    ...["+OK", "1 \\Draft $Later", "."],
  ]);
});

Deno.test("pop4: STOR is durable before it is answered", async () => {
  const applied = Promise.withResolvers<void>(), mayGoOn = Promise.withResolvers<void>();
  const wrap = seen([], (name) => {
    if (name !== "apply") return;
    applied.resolve();
    return mayGoOn.promise;
  });
  const server = await pop4({ alice, wrap });
  const { connection, client } = fakeConnection({ log: server.log });
  const served = server.serve(connection, new AbortController().signal);
  client.send(`${login}STOR\r\n${message}`);
  await applied.promise;
  const before = client.received;
  mayGoOn.resolve();
  client.close();
  await served;
  assert(before.endsWith("+OK Start sending message\r\n"), before);
  assert(/^\+OK \d+\.1\r\n$/.test(client.received.slice(before.length)), client.received);
});

Deno.test("pop4: a folder that is not there, or flags that are none, are refused before the message is sent", async () => {
  const server = await pop4({ alice });
  assertEquals(await server.say("STOR Nowhere\r\nSTOR Drafts \\Recent\r\nSTOR Drafts (x)\r\nNOOP\r\n"), [
    "-ERR [FOLDER/MISSING] there is no such folder",
    "-ERR expected STOR [folder [flag ...]]",
    "-ERR expected STOR [folder [flag ...]]",
    "+OK",
  ]);
});

Deno.test("pop4: what is no message is not kept, and what comes next is a command", async () => {
  const calls: string[] = [];
  const server = await pop4({ alice, largest: 100, wrap: seen(calls) });
  const large = `${"x".repeat(60)}\r\n`.repeat(2);
  const lines = await server.say(
    `STOR\r\n.\r\nSTOR\r\n${large}.\r\nSTOR\r\na\nb\r\n.\r\nSTOR\r\na\rb\r\n.\r\nNOOP\r\n`,
  );
  assertEquals(lines.filter((line) => line !== "+OK Start sending message"), [
    "-ERR [DATA] a message without octets is not stored",
    "-ERR [LIMIT] that is more than is taken",
    "-ERR [DATA] the message has a CR or LF on its own",
    "-ERR [DATA] the message has a CR or LF on its own",
    "+OK",
  ]);
  assertEquals(await server.content(server.alice), { INBOX: [], Drafts: [] });
  assert(!calls.includes("apply"));
});

Deno.test("pop4: a message whose end does not come is nowhere", async () => {
  const server = await pop4({ alice });
  for (
    const cut of [`STOR\r\n`, `STOR\r\nSubject: half`, `STOR\r\nSubject: half\r\n\r\n.`, `STOR\r\nSubject: half\r\n.\r`]
  ) {
    const received = await converse(server.serve, login + cut);
    assert(received.endsWith("+OK Start sending message\r\n"), received);
  }
  assertEquals(await server.content(server.alice), { INBOX: [], Drafts: [] });
  assert(await server.isUnlocked());
});

Deno.test("pop4: over quota, a message is refused, and its octets are dropped", async () => {
  const calls: string[] = [];
  const server = await pop4({ alice: { INBOX: [mail("one")] }, wrap: seen(calls) });
  await server.storage.apply([{ do: "setQuota", account: server.alice, quota: { messages: 1 } }]);
  assertEquals(await server.say(`STOR\r\n${message}STAT\r\n`), [
    ...["+OK Start sending message", "-ERR [QUOTA] there is no room for it", "+OK 1 22"],
  ]);
  assertEquals(calls, ["writeBody", "apply", "discardBody"]);
});

Deno.test("pop4: a storage that takes no octets is no reason to take the message for commands", async () => {
  const wrap = seen([], (name) => name === "writeBody" ? Promise.reject(new Error("no disk")) : undefined);
  const server = await pop4({ alice, wrap });
  assertEquals(await server.say(`STOR\r\nDELE 1\r\nQUIT\r\n.\r\nNOOP\r\n`), [
    ...["+OK Start sending message", "-ERR [SYS/TEMP] local error, try again later", "+OK"],
  ]);
});
