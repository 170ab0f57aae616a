import { assert, assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import type { MailboxId } from "../../../core/contract/identifiers.ts";
import type { UidSet } from "../../../core/contract/mailbox.ts";
import { unicodeCasemap } from "../../../core/message/casemap.ts";
import { indexedText } from "../../../core/message/indexed_text.ts";
import { summarize } from "../../../core/message/summary.ts";
import { prepareDatabase } from "../../../storage/sqlite/database_file.ts";
import { migrations } from "../../../storage/sqlite/migrate.ts";
import { type SqliteStorage, sqliteStorage } from "../../../storage/sqlite/storage.ts";
import { trigramQuery } from "../../../storage/sqlite/trigrams.ts";
import { sameThread } from "../../../storage/sqlite/writer_thread.ts";
import { account, details, inbox, mailboxOf, named, octets, uidsOf } from "../../conformance/storage/support.ts";
import { openDatabase } from "../../support/open_database.ts";
import { TestClock } from "../../support/test_clock.ts";
import { corpus, octets as latin1 } from "../../core/message/corpus.ts";
import { assertInvariants } from "./invariants.ts";
import { memoryLog, openSqlite, untickingClock } from "./open_storage.ts";

/** The UIDs of messages in a mailbox that a search would look at. */
async function candidates(storage: SqliteStorage, mailbox: MailboxId, text: string): Promise<number[] | undefined> {
  const found = await storage.textCandidates(mailbox, [unicodeCasemap(text)]);
  return found && (await uidsOf(storage, mailbox)).filter((uid) => isIn(uid, found));
}

function isIn(uid: number, set: UidSet): boolean {
  return set.some((item) => typeof item === "number" ? item === uid : item[0] <= uid && uid <= item[1]);
}

async function append(storage: SqliteStorage, mailbox: MailboxId, ...texts: (string | Uint8Array)[]): Promise<void> {
  for (const text of texts) {
    const body = await storage.writeBody(typeof text === "string" ? octets(text) : text);
    await storage.apply([{ do: "append", mailbox, body, details: details() }]);
  }
}

/** How many messages the index knows. */
function indexSize(file: string): number {
  using database = openDatabase(file, { readOnly: true });
  return Number(database.prepare("SELECT count(*) AS count FROM message_texts_docsize").get()?.["count"]);
}

Deno.test("sqlite index: names the messages that hold a text, and those that it does not know yet", async () => {
  const { storage, file, close } = await openSqlite({ clock: untickingClock() });
  try {
    const mailbox = await inbox(storage);
    await append(
      storage,
      mailbox,
      "Subject: Grüße\r\n\r\none zygote",
      "Subject: x\r\n\r\ntwo",
      "From: Zygote <a@x>\r\n\r\n",
    );
    assertEquals(await candidates(storage, mailbox, "zygote"), undefined);
    await storage.indexed();
    assertEquals(await candidates(storage, mailbox, "ZYGOTE"), [1, 3]);
    assertEquals(await candidates(storage, mailbox, "gru\u0308ße"), [1]);
    assertEquals(await candidates(storage, mailbox, "nowhere"), []);
    assertEquals(await storage.textCandidates(mailbox, ["TWO", "ONE"]), [[1, 2], [4, 0xffff_ffff]]);
    // Too short to be asked for.
    for (const text of ["zy", "z", ""]) assertEquals(await candidates(storage, mailbox, text), undefined);
    await append(storage, mailbox, "\r\nfour");
    assertEquals(await candidates(storage, mailbox, "zygote"), [1, 3, 4]);
    await storage.indexed();
    assertEquals(await candidates(storage, mailbox, "zygote"), [1, 3]);
    assertInvariants(file);
  } finally {
    await close();
  }
});

Deno.test("sqlite index: what is quoted, foreign or long is asked for like anything else", async () => {
  const { storage, close } = await openSqlite();
  try {
    const mailbox = await inbox(storage);
    const long = Array.from({ length: 400 }, (_, n) => `word${n}`).join(" ");
    const texts = ['a "quoted" text', "AND OR NOT NEAR *", "日本語のテキスト", "😀😁😂", `${long} end`, "a\0bc d"];
    await append(storage, mailbox, ...texts.map((text) => `Content-Type: text/plain; charset=utf-8\r\n\r\n${text}`));
    await storage.indexed();
    const found: (readonly [text: string, uids: readonly number[]])[] = [
      ['"quoted"', [1]],
      ["and or not", [2]],
      ["NEAR *", [2]],
      ["本語の", [3]],
      ["😀😁😂", [4]],
      [long, [5]],
      [`${long.slice(0, -3)}x`, []],
      ["bc d", [6]],
    ];
    for (const [text, uids] of found) assertEquals(await candidates(storage, mailbox, text), uids, text);
  } finally {
    await close();
  }
});

Deno.test("sqlite index: rules out no message whose text holds what is asked for", async () => {
  const { storage, close, file } = await openSqlite();
  try {
    const mailbox = await inbox(storage);
    const messages = corpus.map(({ text }) => latin1(text)).filter((message) => message.length < 1_000_000);
    await append(storage, mailbox, ...messages);
    await storage.indexed();
    let narrowed = 0;
    for (const [index, message] of messages.entries()) {
      const text = indexedText(summarize(message), (start, end) => message.subarray(start, end), Infinity) ?? "";
      for (let at = 0; at + 3 <= text.length; at += Math.ceil(text.length / 12)) {
        const key = text.slice(at, at + 3 + (at % 20)).toWellFormed();
        const found = await storage.textCandidates(mailbox, [key]);
        if (found === undefined) continue;
        assert(isIn(index + 1, found), `${corpus[index]?.name}: ${JSON.stringify(key)}`);
        // The first one is empty.
        if (!isIn(1, found)) narrowed++;
      }
    }
    assert(narrowed > messages.length);
    assertInvariants(file);
  } finally {
    await close();
  }
});

Deno.test("sqlite index: what is too long, or in a charset that is not known at once, is looked at in every search", async () => {
  const { storage, close } = await openSqlite();
  try {
    const mailbox = await inbox(storage);
    const part = "0123456789abcdef ".repeat(40_000);
    await append(
      storage,
      mailbox,
      `Subject: long\r\n\r\n${part}`,
      "Content-Type: text/plain; charset=cp850\r\n\r\nold",
      `Subject: attached\r\nContent-Type: application/zip\r\n\r\n${part}`,
      "\r\nplain",
    );
    await storage.indexed();
    assertEquals(await candidates(storage, mailbox, "nowhere"), [1, 2]);
    assertEquals(await candidates(storage, mailbox, "attached"), [1, 2, 3]);
    await storage.apply([{ do: "expunge", mailbox, uids: [1, 2] }]);
    await storage.indexed();
    assertEquals(await storage.textCandidates(mailbox, ["NOWHERE"]), [[5, 0xffff_ffff]]);
  } finally {
    await close();
  }
});

Deno.test("sqlite index: copies and moves are found where they are, what is expunged leaves the index", async () => {
  const { storage, file, close } = await openSqlite({ clock: untickingClock() });
  try {
    const user = await account(storage);
    const { id: from } = await named(storage, user, "INBOX");
    const [{ id: to }] = await storage.apply([{ do: "createMailbox", account: user, name: "to" }]);
    await append(storage, from, ...Array.from({ length: 300 }, (_, n) => `\r\nnumber ${1000 + n}`));
    await storage.indexed();
    await storage.apply([{ do: "copy", from, uids: [5], to }, { do: "move", from, uids: [[7, 8]], to }]);
    assertEquals(await candidates(storage, to, "number 1006"), [1, 2, 3]);
    await storage.indexed();
    assertEquals(await candidates(storage, to, "number 1006"), [2]);
    assertEquals(await candidates(storage, from, "number 1004"), [5]);
    assertEquals(await candidates(storage, from, "number 1006"), []);
    assertEquals(indexSize(file), 298 + 3);
    await storage.apply([{ do: "expunge", mailbox: from, uids: [[1, 100], 200, [250, 260]] }]);
    await append(storage, from, "\r\nnumber 5000");
    await storage.indexed();
    assertEquals(indexSize(file), (await uidsOf(storage, from)).length + 3);
    await storage.apply([{ do: "removeMailbox", mailbox: to }]);
    await storage.indexed();
    assertEquals(indexSize(file), (await uidsOf(storage, from)).length);
    await storage.apply([{ do: "removeAccount", account: user }]);
    await storage.indexed();
    assertEquals(indexSize(file), 0);
    assertInvariants(file);
  } finally {
    await close();
  }
});

Deno.test("sqlite index: what was not indexed when the server stopped is indexed by the next", async () => {
  const opened = await openSqlite();
  try {
    const mailbox = await inbox(opened.storage);
    await append(opened.storage, mailbox, ...Array.from({ length: 50 }, (_, n) => `\r\nnumber ${1000 + n}`));
    const again = await opened.reopen();
    // Somebody looks for something: nothing is written.
    await candidates(again, mailbox, "number 1017");
    await again.indexed();
    assertEquals(await candidates(again, mailbox, "number 1017"), [18]);
    assertEquals(await uidsOf(again, mailbox), Array.from({ length: 50 }, (_, n) => n + 1));
  } finally {
    await opened.close();
  }
});

Deno.test("sqlite index: not wanted, it is dropped; wanted again, made again", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/mail.db`;
    const open = (fullText: boolean) => sqliteStorage({ file, log: memoryLog().log, now: () => new Date(), fullText });
    let storage = await open(true);
    assert(storage.features.has("full-text-search"));
    const mailbox = await inbox(storage);
    await append(storage, mailbox, "\r\nzygote", "\r\nother");
    await storage.indexed();
    assertEquals(indexSize(file), 2);
    await storage.stop();

    storage = await open(false);
    assert(!storage.features.has("full-text-search"));
    await append(storage, mailbox, "\r\nzygote");
    await storage.indexed();
    assertEquals([await candidates(storage, mailbox, "zygote"), indexSize(file)], [undefined, 0]);
    await storage.stop();

    storage = await open(true);
    await storage.indexed();
    assertEquals(await candidates(storage, mailbox, "zygote"), [1, 3]);
    await storage.stop();
    assertInvariants(file);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("sqlite index: keys of another program or another Unicode are of no use, and made anew", async () => {
  const opened = await openSqlite({ clock: untickingClock() });
  try {
    const mailbox = await inbox(opened.storage);
    await append(opened.storage, mailbox, "\r\nzygote");
    await opened.storage.indexed();
    {
      using database = openDatabase(opened.file);
      database.exec("UPDATE indexed_by SET version = '0 unicode 5.2'; DELETE FROM message_texts WHERE rowid > 0");
    }
    const again = await opened.reopen();
    assertEquals(await candidates(again, mailbox, "zygote"), undefined);
    await again.indexed();
    assertEquals(await candidates(again, mailbox, "zygote"), [1]);
    // While we were at it, such a program has taken the index over.
    using database = openDatabase(opened.file);
    database.exec("UPDATE indexed_by SET version = 'ours no more'");
    await append(again, mailbox, "\r\nzygote");
    await again.indexed();
    assertEquals([await candidates(again, mailbox, "zygote"), indexSize(opened.file)], [undefined, 1]);
  } finally {
    await opened.close();
  }
});

Deno.test("sqlite index: a database of schema 2 is indexed from its first message on", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/mail.db`;
    await prepareDatabase(file, migrations.slice(0, 2));
    const content = octets("Subject: old\r\n\r\nzygote");
    {
      using database = openDatabase(file);
      database.exec(`
        INSERT INTO accounts (address, createdAt, secrets) VALUES ('user@example.org', 1, '{}');
        INSERT INTO mailboxes (account, name, uidValidity, uidNext, highestModseq, messages, size, unseen)
          VALUES (1, 'INBOX', 7, 3, 3, 1, ${content.length}, 1);
        INSERT INTO expunged VALUES (1, 3, 1, 1)`);
      database.prepare("INSERT INTO bodies (id, size, crlfSize, summary, octets) VALUES (1, ?, ?, ?, ?)")
        .run(content.length, content.length, JSON.stringify(summarize(content)), content);
      database.prepare("INSERT INTO messages VALUES (1, 2, 2, 1, 1, '', ?, ?, 1)").run(content.length, content.length);
    }
    const storage = await sqliteStorage({ file, log: memoryLog().log, now: () => new Date() });
    const user = await storage.accountByAddress("user@example.org");
    assert(user);
    const { id } = await named(storage, user.id, "INBOX");
    await storage.indexed();
    assertEquals([await candidates(storage, id, "zygote"), await candidates(storage, id, "other")], [[2], []]);
    assertEquals((await mailboxOf(storage, id)).messages, 1);
    await storage.stop();
    assertInvariants(file);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("sqlite index: filled in the sessions' own thread where there is no other", async () => {
  const { storage, close } = await openSqlite({ spawn: sameThread });
  try {
    const mailbox = await inbox(storage);
    await append(storage, mailbox, "\r\nzygote", "\r\nother");
    await storage.indexed();
    assertEquals(await candidates(storage, mailbox, "zygote"), [1]);
  } finally {
    await close();
  }
});

Deno.test("sqlite index: two programs fill one index, and neither makes the other miss anything", async () => {
  const { storage, file, close } = await openSqlite();
  const other = await sqliteStorage({ file, log: memoryLog().log, now: () => new Date() });
  try {
    const mailbox = await inbox(storage);
    await Promise.all([
      append(storage, mailbox, ...Array.from({ length: 60 }, (_, n) => `\r\nmine ${100 + n}`)),
      append(other, mailbox, ...Array.from({ length: 60 }, (_, n) => `\r\ntheirs ${100 + n}`)),
    ]);
    await Promise.all([storage.indexed(), other.indexed()]);
    await Promise.all([storage.indexed(), other.indexed()]);
    for (const one of [storage, other]) {
      assertEquals((await candidates(one, mailbox, "mine 117"))?.length, 1);
      assertEquals((await candidates(one, mailbox, "theirs 117"))?.length, 1);
      assertEquals((await candidates(one, mailbox, "mine"))?.length, 60);
    }
    assertEquals(indexSize(file), 120);
  } finally {
    await other.stop();
    await close();
  }
});

Deno.test("sqlite index: what another program removes leaves it too, within a minute of the last look", async () => {
  const clock = new TestClock();
  const { storage, file, close } = await openSqlite({ clock });
  try {
    // As a server does, which takes up what others put there.
    const others = storage.watchQueue(new AbortController().signal)[Symbol.asyncIterator]();
    const user = await account(storage);
    const { id: mailbox } = await named(storage, user, "INBOX");
    await append(storage, mailbox, "\r\nnumber one", "\r\nnumber two");
    await storage.indexed();
    assertEquals(indexSize(file), 2);
    const other = await sqliteStorage({ file, log: memoryLog().log, now: () => new Date() });
    await other.apply([{ do: "removeAccount", account: user }]);
    await other.stop();
    // At its beginning it may have looked already.
    clock.advance(60_000);
    while (indexSize(file) > 0) {
      await others.next();
      await storage.indexed();
    }
  } finally {
    await close();
  }
});

Deno.test("sqlite index: what is asked is within what FTS5 understands, whatever the text", () => {
  using database = new DatabaseSync(":memory:");
  database.exec(
    "CREATE VIRTUAL TABLE t USING fts5(text, content='', detail=none, tokenize='trigram case_sensitive 1')",
  );
  const statement = database.prepare("SELECT rowid FROM t WHERE t MATCH ?");
  for (
    const text of ['"""', "a\"b'c", "   ", "\r\n\t", "(((", "a\0b\0c", "\ud83d\ude00".repeat(3), "\u0301\u0301\u0301"]
  ) {
    const query = trigramQuery([text]);
    assert(query !== undefined, JSON.stringify(text));
    assertEquals(statement.all(query), []);
  }
  assertEquals([trigramQuery(["ab"]), trigramQuery([]), trigramQuery(["abc", "d"])], [undefined, undefined, undefined]);
  assertEquals(trigramQuery(["abcd"]), '("abc" AND "bcd")');
});

Deno.test("sqlite index: one that is damaged is done without, and the operator is told how it is made anew", async () => {
  const { storage, file, lines, reopen, close } = await openSqlite({ clock: untickingClock() });
  try {
    const mailbox = await inbox(storage);
    await append(storage, mailbox, "Subject: x\r\n\r\none zygote", "Subject: x\r\n\r\ntwo");
    await storage.indexed();
    assertEquals(await candidates(storage, mailbox, "zygote"), [1]);
    {
      // SQLite keeps the tables of an index from being written unless it is told (Deno has the option, and not its type).
      const careless = { readOnly: false, defensive: false };
      using database = openDatabase(file, careless);
      database.exec(`UPDATE message_texts_data SET block = x'${"ff".repeat(18)}' WHERE id > 10`);
    }
    const again = await reopen();
    assertEquals(await candidates(again, mailbox, "zygote"), undefined);
    assertEquals(await candidates(again, mailbox, "zygote"), undefined);
    const told = lines.filter(({ message }) => message.includes("full_text_index: false"));
    assertEquals(told.map(({ level }) => level), ["error"]);
  } finally {
    await close();
  }
});

Deno.test("sqlite index: one that cannot be written is not said to keep mail from being stored", async () => {
  const { storage, file, lines, reopen, close } = await openSqlite();
  try {
    const mailbox = await inbox(storage);
    await append(storage, mailbox, "Subject: x\r\n\r\none");
    await storage.indexed();
    {
      const careless = { readOnly: false, defensive: false };
      using database = openDatabase(file, careless);
      // The record of what there is.
      database.exec(`UPDATE message_texts_data SET block = x'${"ff".repeat(18)}' WHERE id = 10`);
    }
    const again = await reopen();
    await append(again, mailbox, "Subject: x\r\n\r\ntwo");
    await again.indexed();
    const told = lines.filter(({ level }) => level === "error").map(({ message }) => message);
    assertEquals(told.length, 1);
    assert(told[0]?.includes("texts cannot be indexed"), told[0]);
  } finally {
    await close();
  }
});
