import { assert, assertEquals } from "@std/assert";
import type { MailboxId, Storage } from "../../../../core/contract/mod.ts";
import { HeardChanges } from "../../../../plugins/protocols/imap/heard_changes.ts";
import { openSqlite } from "../../../storage/sqlite/open_storage.ts";
import { fred, logIn, testService } from "./talk.ts";

const message = "Subject: x\r\n\r\ntext\r\n";
const mailbox = 1 as MailboxId;

Deno.test("heard changes: news is what is beyond what the client knows, and whatever mod-sequences do not tell", () => {
  const heard = new HeardChanges(5n);
  const isNews = (known: bigint) => {
    const is = heard.isNews(known);
    heard.take();
    return is;
  };
  assert(isNews(5n), "the mailbox may have changed before it was watched");
  assert(!isNews(5n));
  heard.hear({ mailbox, modseq: 6n, revision: 1 });
  assert(isNews(6n), "the first revision says nothing");
  heard.hear({ mailbox, modseq: 7n, revision: 1 });
  assert(heard.isNews(6n));
  assert(!isNews(7n));
  heard.hear({ mailbox, modseq: 8n, revision: 2 });
  assert(isNews(8n), "rights, or the mailbox itself");
  heard.hear({ mailbox, modseq: 8n, revision: 2 });
  assert(isNews(8n), "of an earlier commit, or of none");
  heard.hear({ mailbox, modseq: 9n });
  assert(isNews(9n), "who told it knows of no revisions");
  heard.hear({ mailbox, modseq: 10n, revision: 2 });
  assert(isNews(10n), "there may have been others in between");
  heard.ask();
  assert(isNews(10n));
});

Deno.test("imap: what a client has done itself is not read again; what others do is, at once", async () => {
  const { storage, close } = await openSqlite();
  try {
    let reads = 0;
    const counted: Storage = new Proxy(storage, {
      get(target, name) {
        const value = Reflect.get(target, name);
        if (typeof value !== "function") return value;
        return (...given: unknown[]) => {
          if (name === "messages") reads++;
          return Reflect.apply(value, target, given);
        };
      },
    });
    const service = await testService({ storage: counted });
    await service.fill(fred, "INBOX", [message, message]);
    await using one = await logIn(service);
    await using other = await logIn(service);
    const readsOf = async (command: string): Promise<number> => {
      const before = reads;
      assert((await one.run(command)).at(-1)?.startsWith("OK"));
      return reads - before;
    };
    await one.run("SELECT INBOX");
    await one.run("STORE 1 +FLAGS (\\Seen)");
    const own = ["STORE 1 -FLAGS (\\Seen)", "NOOP", "STORE 1:2 +FLAGS.SILENT (\\Seen \\Draft)", "NOOP"];
    for (const command of own) assertEquals([command, await readsOf(command)], [command, 0]);
    assertEquals(await readsOf(`APPEND INBOX () {${message.length}+}\r\n${message}`), 0);
    assertEquals(await readsOf("FETCH 1:3 FLAGS"), 1);
    assertEquals(await readsOf("SEARCH SEEN"), 1);
    const known = ["FETCH 2:3 FLAGS", "STORE 3 +FLAGS (\\Draft)", "FETCH 1:* FLAGS", "SEARCH DRAFT", "SEARCH LARGER 1"];
    for (const command of known) assertEquals([command, await readsOf(command)], [command, 0]);
    assertEquals((await one.run("FETCH 3 FLAGS"))[0], "* 3 FETCH (FLAGS (\\Draft \\Recent))");
    assertEquals((await one.run("SEARCH DRAFT"))[0], "* SEARCH 1 2 3");
    await one.run(`APPEND INBOX (\\Deleted) {${message.length}+}\r\n${message}`);
    assertEquals([await readsOf("EXPUNGE"), await readsOf("FETCH 1:* FLAGS"), await readsOf("SEARCH SEEN")], [0, 0, 0]);
    await other.run("SELECT INBOX");
    await other.run("STORE 2 FLAGS (\\Flagged)");
    assertEquals((await one.run("NOOP"))[0], "* 2 FETCH (UID 2 FLAGS (\\Flagged \\Recent))");
    assertEquals(await readsOf("STORE 2 FLAGS ()"), 0);
    await other.run("STORE 1 +FLAGS.SILENT (\\Deleted)");
    await other.run("EXPUNGE");
    assertEquals((await one.run("STORE 2 FLAGS (\\Draft)")).at(-1), "OK [EXPUNGEISSUED] Stored");
    assertEquals((await one.run("NOOP"))[0], "* 1 EXPUNGE");
  } finally {
    await close();
  }
});
