/** APPEND into the mailbox that the client has selected, which is not looked up each time. */
import { assert, assertEquals } from "@std/assert";
import type { Storage } from "../../../../core/contract/mod.ts";
import { openSqlite } from "../../../storage/sqlite/open_storage.ts";
import { overEachStorage } from "../over_each_storage.ts";
import { fred, logIn, testService } from "./talk.ts";

const text = "Subject: x\r\n\r\ntext\r\n";
const append = (name: string) => `APPEND ${name} () {${text.length}+}\r\n${text}`;

Deno.test("imap: whoever appends to the mailbox that is selected has it looked up once", async () => {
  const { storage, close } = await openSqlite();
  try {
    let looks = 0;
    const counted: Storage = new Proxy(storage, {
      get(target, name) {
        const value = Reflect.get(target, name);
        if (typeof value !== "function") return value;
        return (...given: unknown[]) => {
          if (name === "mailboxByName") looks++;
          return Reflect.apply(value, target, given);
        };
      },
    });
    const service = await testService({ storage: counted });
    await using client = await logIn(service);
    await client.run("SELECT INBOX");
    // What comes with the first commit is not known to be the messages alone.
    for (let count = 0; count < 2; count++) await client.run(append("INBOX"));
    looks = 0;
    for (let count = 0; count < 3; count++) {
      assert((await client.run(append("INBOX"))).at(-1)?.startsWith("OK [APPENDUID "));
      await client.run("STORE 1 +FLAGS.SILENT (\\Deleted)");
      await client.run("EXPUNGE");
    }
    assertEquals(looks, 0);
  } finally {
    await close();
  }
});

overEachStorage(
  "imap: RFC 9051 §6.3.12: a message goes to the mailbox that has the name at the moment",
  async (given) => {
    const service = await testService(given);
    await service.fill(fred, "Work", [text]);
    await using one = await logIn(service);
    await using other = await logIn(service);
    const count = async (name: string) => (await service.mailbox(fred, name)).messages;
    const reply = async (name: string) => (await one.run(append(name))).at(-1)?.split(" ").slice(0, 2).join(" ");
    await one.run("SELECT Work");
    for (let times = 0; times < 4; times++) assertEquals(await reply("Work"), "OK [APPENDUID");
    await other.run("RENAME Work Play");
    assertEquals(await reply("Work"), "NO [TRYCREATE]");
    await other.run("CREATE Work");
    for (let times = 0; times < 3; times++) await reply("Work");
    assertEquals([await count("Work"), await count("Play")], [3, 5]);
    for (let times = 0; times < 3; times++) await reply("Play");
    assertEquals([await count("Work"), await count("Play")], [3, 8]);
  },
);
