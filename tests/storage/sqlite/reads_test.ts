/** What those who read are told when the database cannot be read, and what the operator is. */
import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { ReadTransaction } from "../../../storage/sqlite/read_transaction.ts";
import { account, assertRefused } from "../../conformance/storage/support.ts";
import { openSqlite, untickingClock } from "./open_storage.ts";

/** Nothing of it can be read from now on but its first page. */
function damage(file: string): void {
  using opened = Deno.openSync(file, { read: true, write: true });
  const pageSize = 16_384, { size } = opened.statSync();
  opened.seekSync(pageSize, Deno.SeekMode.Start);
  opened.writeSync(new Uint8Array(size - pageSize).fill(0xff));
}

Deno.test("sqlite: a database that cannot be read is a temporary failure to whoever reads, and told of once a minute", async () => {
  const clock = untickingClock();
  const { storage, file, lines, reopen, close } = await openSqlite({ clock });
  try {
    const id = await account(storage, "alice@example.org");
    const mailbox = await storage.mailboxByName(id, "INBOX");
    assert(mailbox);
    const again = await reopen();
    damage(file);
    const readAll = async () => {
      await assertRefused("unavailable", again.accountByAddress("alice@example.org"));
      await assertRefused("unavailable", again.mailboxes(id));
      await assertRefused("unavailable", again.messages(mailbox.id));
      await assertRefused("unavailable", Promise.try(() => again.watch(id, AbortSignal.abort())));
    };
    const told = () => lines.filter(({ message }) => message.includes("cannot be read"));
    await readAll();
    assertEquals(told().map(({ level }) => level), ["error"]);
    assertMatch(told()[0]?.message ?? "", /mail\.db: cannot be read: database disk image is malformed; .*backup/);
    clock.goOn(60_000);
    await readAll();
    assertEquals(told().length, 2);
  } finally {
    await close();
  }
});

Deno.test("sqlite: where SQLite has taken a reading transaction back itself, its reason is told, and others follow", () => {
  using database = new DatabaseSync(":memory:");
  const transaction = new ReadTransaction(database);
  const failing = () => {
    // sqlite.org/lang_transaction.html: "an automatic rollback", of SQLITE_IOERR for one.
    database.exec("ROLLBACK");
    throw new Error("disk I/O error");
  };
  assertThrows(() => transaction.run(failing), Error, "disk I/O error");
  assertEquals(transaction.run(() => 1), 1);
});
