/** Files of a database that somebody removes, or puts others in the place of, while it is in use. */
import { assert, assertEquals } from "@std/assert";
import type { MailboxId, Storage } from "../../../core/contract/mod.ts";
import { Refusal } from "../../../core/contract/refusal.ts";
import { assertRefused, fill, inbox, messagesOf } from "../../conformance/storage/support.ts";
import { mortalWriters, openSqlite, untickingClock } from "./open_storage.ts";

/** Files of a database, out of the way and back. */
function mover(file: string) {
  const names = ["", "-wal", "-shm"];
  const move = (from: string, to: string) => {
    for (const name of names) {
      try {
        Deno.renameSync(`${from}${name}`, `${to}${name}`);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
  };
  return { takeAway: () => move(file, `${file}.away`), putBack: () => move(`${file}.away`, file) };
}

/** Writes until that is refused, which takes up to a second. Gives how many messages were taken. */
async function fillUntilRefused(storage: Storage, mailbox: MailboxId): Promise<number> {
  for (let taken = 0;; taken++) {
    try {
      await fill(storage, mailbox, `${taken}`);
    } catch (error) {
      assert(error instanceof Refusal && error.kind === "unavailable");
      return taken;
    }
  }
}

async function isThere(file: string): Promise<boolean> {
  return await Deno.stat(file).then(() => true, () => false);
}

Deno.test("sqlite: nothing is acknowledged into a database that is no longer where it will be looked for", async () => {
  const clock = untickingClock();
  const { storage, file, lines, reopen, close } = await openSqlite({ clock });
  const { takeAway, putBack } = mover(file);
  try {
    const mailbox = await inbox(storage);
    await fill(storage, mailbox, "before");
    takeAway();
    await assertRefused("unavailable", fill(storage, mailbox, "lost"));
    assertEquals(await isThere(file), false);
    const told = lines.filter(({ level }) => level === "error").map(({ message }) => message);
    assertEquals(told.length, 1);
    assert(told[0]?.includes(`${file} is not there any more: put it back`), told[0]);
    // What is there can be read all the while.
    assertEquals((await messagesOf(storage, mailbox)).length, 1);

    putBack();
    clock.goOn(60_000);
    await fill(storage, mailbox, "after");
    assert(lines.some(({ level, message }) => level === "info" && message.includes("again")));
    assertEquals((await messagesOf(await reopen(), mailbox)).length, 2);
  } finally {
    await close();
  }
});

Deno.test("sqlite: nor where another file has taken its place: that one is for the next start", async () => {
  const { storage, file, lines, close } = await openSqlite();
  const { takeAway, putBack } = mover(file);
  try {
    const mailbox = await inbox(storage);
    await fill(storage, mailbox, "before");
    await Deno.copyFile(file, `${file}.backup`);
    takeAway();
    await Deno.rename(`${file}.backup`, file);
    await assertRefused("unavailable", fill(storage, mailbox, "lost"));
    assert(lines.some(({ message }) => message.includes(`${file} is another file now: restart the server`)));
    putBack();
    await fill(storage, mailbox, "after");
  } finally {
    await close();
  }
});

Deno.test("sqlite: a writer that is started while the database is away makes no other, and goes on when it is back", async () => {
  let time = Date.UTC(2026, 10, 24);
  const { spawn, killFirst } = mortalWriters();
  const { storage, file, close } = await openSqlite({ spawn, now: () => new Date(time) });
  const { takeAway, putBack } = mover(file);
  try {
    const mailbox = await inbox(storage);
    await fill(storage, mailbox, "before");
    takeAway();
    killFirst("out of memory");
    time += 60_000;
    await assertRefused("unavailable", fill(storage, mailbox, "lost"));
    assertEquals(await isThere(file), false);
    putBack();
    time += 60_000;
    await fill(storage, mailbox, "after");
    assertEquals((await messagesOf(storage, mailbox)).length, 2);
  } finally {
    await close();
  }
});

Deno.test("sqlite: a log that was removed is noticed, and what was acknowledged is saved when the storage stops", async () => {
  for (const another of [false, true]) {
    const { storage, file, lines, reopen, close } = await openSqlite();
    try {
      const mailbox = await inbox(storage);
      await fill(storage, mailbox, "before");
      Deno.removeSync(`${file}-wal`);
      if (another) Deno.writeTextFileSync(`${file}-wal`, "");
      const taken = await fillUntilRefused(storage, mailbox);
      await assertRefused("unavailable", fill(storage, mailbox, "lost"));
      const told = lines.filter(({ level }) => level === "error").map(({ message }) => message);
      assertEquals(told.length, 1);
      const what = another ? "is another file now" : "is not there any more";
      assert(
        told[0]?.includes(`${file}-wal ${what}: put it back, or, where it is gone, end the server by SIGTERM`),
        told[0],
      );
      assertEquals((await messagesOf(await reopen(), mailbox)).length, 1 + taken);
    } finally {
      await close();
    }
  }
});

Deno.test("sqlite: a log that was moved away is used again when it is back", async () => {
  const { storage, file, reopen, close } = await openSqlite();
  try {
    const mailbox = await inbox(storage);
    await fill(storage, mailbox, "before");
    Deno.renameSync(`${file}-wal`, `${file}.away`);
    const taken = await fillUntilRefused(storage, mailbox);
    Deno.renameSync(`${file}.away`, `${file}-wal`);
    await fill(storage, mailbox, "after");
    assertEquals((await messagesOf(await reopen(), mailbox)).length, 2 + taken);
  } finally {
    await close();
  }
});
