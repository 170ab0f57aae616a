import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import type { BodyId } from "../../../core/contract/mod.ts";
import { summarize } from "../../../core/message/summary.ts";
import { prepareDatabase } from "../../../storage/sqlite/database_file.ts";
import { DatabaseFileError } from "../../../storage/sqlite/database_file_error.ts";
import { begin, migrations } from "../../../storage/sqlite/migrate.ts";
import { SegmentFiles } from "../../../storage/sqlite/segment_files.ts";
import { sqliteStorage } from "../../../storage/sqlite/storage.ts";
import { columnsFrom } from "../../../storage/sqlite/summary_columns.ts";
import { assertCounted, fill, mailboxOf, named, octets } from "../../conformance/storage/support.ts";
import { assertInvariants } from "./invariants.ts";
import { memoryLog } from "./open_storage.ts";
import { namesIn } from "./watched_files.ts";
import { content, WriterAlone } from "./writer_alone.ts";
import { openDatabase } from "../../support/open_database.ts";

/** Messages of a mailbox in a database of schema 1: flags of each. */
type Flags = readonly string[];

/** A database as the program of schema 1 left it, with these mailboxes of one account. */
async function schemaOne(file: string, mailboxes: Readonly<Record<string, Flags>>): Promise<void> {
  await prepareDatabase(file, migrations.slice(0, 1));
  using database = openDatabase(file);
  database.exec("INSERT INTO accounts (address, createdAt, secrets) VALUES ('user@example.org', 1, '{}')");
  const summary = JSON.stringify(summarize(new Uint8Array(1)));
  let body = 0;
  for (const [name, messages] of Object.entries(mailboxes)) {
    const size = (uid: number) => 100 + uid, sum = messages.reduce((sum, _, index) => sum + size(index + 1), 0);
    const { id } = database.prepare(
      `INSERT INTO mailboxes (account, name, uidValidity, uidNext, highestModseq, messages, size)
         VALUES (1, ?, 7, ?, ?, ?, ?) RETURNING id`,
    ).get(name, messages.length + 1, messages.length + 1, messages.length, sum) ?? {};
    for (const [index, flags] of messages.entries()) {
      body++;
      database.prepare("INSERT INTO bodies (id, size, crlfSize, summary, octets) VALUES (?, ?, ?, ?, ?)")
        .run(body, size(index + 1), size(index + 1), summary, new Uint8Array(size(index + 1)));
      database.prepare("INSERT INTO messages VALUES (?, ?, ?, 1, 1, ?, ?, ?, ?)")
        .run(Number(id), index + 1, index + 2, flags, size(index + 1), size(index + 1), body);
    }
  }
}

async function migrated(
  mailboxes: Readonly<Record<string, Flags>>,
  test: (storage: Awaited<ReturnType<typeof sqliteStorage>>, file: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/mail.db`;
    await schemaOne(file, mailboxes);
    const storage = await sqliteStorage({ file, log: memoryLog().log, now: () => new Date() });
    try {
      await test(storage, file);
    } finally {
      await storage.stop?.();
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("sqlite schema 2: counters come from the messages that are there, and go on from there", async () => {
  const mailboxes = {
    "INBOX": ["", "\\Seen", "\\Deleted", "\\Seen \\Deleted x", "\\SeenBefore x\\Seen", "\\Answered \\Seen"],
    "empty": [],
    "other": ["\\Seen \\Deleted"],
  };
  await migrated(mailboxes, async (storage, file) => {
    assertInvariants(file);
    const account = await storage.accountByAddress("user@example.org");
    assert(account);
    const counts = async (name: string) => {
      const { id, unseen, deleted, deletedSize, recentFrom } = await named(storage, account.id, name);
      await assertCounted(storage, id);
      return [unseen, deleted, deletedSize, recentFrom];
    };
    assertEquals(await counts("INBOX"), [3, 2, 103 + 104, 1]);
    assertEquals(await counts("empty"), [0, 0, 0, 1]);
    assertEquals(await counts("other"), [0, 1, 101, 1]);
    const { id: mailbox } = await named(storage, account.id, "INBOX");
    await fill(storage, mailbox, "new");
    await storage.apply([
      { do: "setFlags", mailbox, uids: [1], change: { mode: "add", flags: ["\\Seen"] } },
      { do: "expunge", mailbox, uids: [3] },
    ]);
    assertEquals(await counts("INBOX"), [2, 1, 104, 1]);
    assertInvariants(file);
  });
});

Deno.test("sqlite schema 2: keywords come from the messages that are there, in their order, a thousand at most", async () => {
  const many = Array.from({ length: 1100 }, (_, n) => `k${n}`);
  const mailboxes = {
    "INBOX": ["Work \\Seen $Junk", "", "WORK b", "\\Odd [x a'b", "Work \\Seen $Junk", "é"],
    "many": [many.slice(0, 600).join(" "), many.slice(500).join(" ")],
  };
  await migrated(mailboxes, async (storage, file) => {
    assertInvariants(file);
    const account = await storage.accountByAddress("user@example.org");
    assert(account);
    const { id, keywords } = await named(storage, account.id, "INBOX");
    assertEquals(keywords, ["Work", "$Junk", "b", "[x", "a'b", "é"]);
    assertEquals((await named(storage, account.id, "many")).keywords, many.slice(0, 1000));
    await storage.apply([{ do: "setFlags", mailbox: id, uids: [2], change: { mode: "add", flags: ["work", "z"] } }]);
    assertEquals((await mailboxOf(storage, id)).keywords, [...keywords, "z"]);
  });
});

Deno.test("sqlite schema 2: nothing that schema 1 did not have is there, and the old database is kept beside", async () => {
  await migrated({ "INBOX": ["\\Seen"] }, async (storage, file) => {
    const account = await storage.accountByAddress("user@example.org");
    assert(account);
    assertEquals("quota" in account, false);
    const { id, rights, specialUse } = await named(storage, account.id, "INBOX");
    assertEquals([rights, specialUse], [{}, undefined]);
    assertEquals(await storage.subscriptions(account.id), []);
    assertEquals((await storage.metadata({ mailbox: id })).size, 0);
    using old = openDatabase(`${file}.schema-1`, { readOnly: true });
    assertEquals(old.prepare("SELECT flags FROM messages").get()?.["flags"], "\\Seen");
  });
});

Deno.test("sqlite migration: the backup has the files of bodies too, whatever becomes of them afterwards", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/mail.db`, old = `${file}.schema-${migrations.length}`;
    using alone = await WriterAlone.open(file);
    const keys = alone.deliver(150_000, 150_000);
    alone.deliver(150_000);
    // One of an attempt that did not come to its end is in the way.
    await Deno.mkdir(new SegmentFiles(old).folder);
    await Deno.writeTextFile(new SegmentFiles(old).path(1), "half");

    // Somebody has it, who copies the files: that is waited for.
    const lock = alone.files.lockFolder();
    assert(typeof lock !== "string");
    await alone.closedFor(async () => {
      const migrating = prepareDatabase(file, [...migrations, "CREATE TABLE more (id)"]);
      lock[Symbol.dispose]();
      await migrating;
    });

    alone.expunge(1, 2);
    alone.collect();
    assertEquals(namesIn(alone.files.folder), ["2"]);
    const kept = [...(await alone.messages(old)).values()];
    assertEquals(kept, [...keys, (keys[1] ?? 0) + 1].map((key) => content(key, 150_000)));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("sqlite migration: programs that begin at once all find it done, and the backup is of before", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/mail.db`, old = `${file}.schema-${migrations.length}`;
    using alone = await WriterAlone.open(file);
    const keys = alone.deliver(150_000, 100);
    const more = [...migrations, "CREATE TABLE more (id)", "CREATE TABLE most (id)"];
    await alone.closedFor(() => Promise.all(Array.from({ length: 3 }, () => prepareDatabase(file, more))));
    using kept = openDatabase(old, { readOnly: true });
    assertEquals(kept.prepare("PRAGMA user_version").get()?.["user_version"], migrations.length);
    assertEquals([...(await alone.messages(old)).keys()].length, keys.length);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("sqlite migration: what a later program makes of it while an earlier one waits is refused by that", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/mail.db`;
    await prepareDatabase(file, migrations);
    const files = new SegmentFiles(file), later = migrations.length + 2;
    files.makeFolder();
    let waiting: Promise<unknown>;
    {
      const lock = files.lockFolder();
      assert(typeof lock !== "string");
      using _held = lock;
      waiting = assertRejects(
        () => prepareDatabase(file, [...migrations, "CREATE TABLE more (id)"]),
        DatabaseFileError,
        `has schema ${later}, and this program knows none after ${migrations.length + 1}`,
      );
      // It has looked at the schema, and at the lock.
      await new Promise((resolve) => setTimeout(resolve));
      using database = openDatabase(file);
      database.exec(`PRAGMA user_version = ${later}`);
    }
    await waiting;
    using database = openDatabase(file);
    assertEquals(database.prepare("PRAGMA user_version").get()?.["user_version"], later);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("sqlite migration: where there is no room that is what is told, and nothing is left of the step", () => {
  using database = new DatabaseSync(":memory:");
  database.exec("PRAGMA max_page_count = 3");
  const step = "CREATE TABLE a (octets); INSERT INTO a VALUES (zeroblob(1000000))";
  assertThrows(() => begin(database, "mail.db", [step]), Error, "database or disk is full");
  assertEquals(database.prepare("SELECT count(*) AS n FROM sqlite_schema").get()?.["n"], 0);
});

Deno.test("sqlite migration: where files have no second names the backup's are copies, and on the disk", async () => {
  const folder = await Deno.makeTempDir();
  const { linkSync } = Deno, { syncSync } = Deno.FsFile.prototype;
  const synced: number[] = [];
  try {
    const file = `${folder}/mail.db`, old = `${file}.schema-${migrations.length}`;
    using alone = await WriterAlone.open(file);
    const keys = alone.deliver(150_000, 150_000);
    Deno.linkSync = () => {
      throw new Deno.errors.NotSupported("Operation not supported (os error 95)");
    };
    Deno.FsFile.prototype.syncSync = function () {
      const { isFile, ino } = this.statSync();
      if (isFile) synced.push(ino ?? 0);
      syncSync.call(this);
    };
    await alone.closedFor(() => prepareDatabase(file, [...migrations, "CREATE TABLE more (id)"]));

    const copy = Deno.statSync(new SegmentFiles(old).path(1));
    assertEquals([copy.nlink, synced], [1, [copy.ino ?? 0]]);
    assertEquals([...(await alone.messages(old)).values()], keys.map((key) => content(key, 150_000)));
  } finally {
    Object.assign(Deno, { linkSync });
    Deno.FsFile.prototype.syncSync = syncSync;
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("sqlite migration: nothing is left of a backup for which there is no room", async () => {
  const folder = await Deno.makeTempDir();
  const { linkSync } = Deno;
  try {
    const file = `${folder}/mail.db`;
    using alone = await WriterAlone.open(file);
    alone.deliver(150_000);
    const names = () => [...Deno.readDirSync(folder)].map(({ name }) => name).toSorted();
    const before = names();
    // Nor can it be copied where there is a folder. SQLite leaves its journal where that has no room.
    Deno.linkSync = (_from, to) => {
      Deno.mkdirSync(to);
      for (const end of ["journal", "wal", "shm"]) {
        Deno.writeTextFileSync(`${file}.schema-${migrations.length}-${end}`, "");
      }
      throw new Error("No space left on device");
    };
    await alone.closedFor(() =>
      assertRejects(
        () => prepareDatabase(file, [...migrations, "CREATE TABLE more (id)"]),
        DatabaseFileError,
        `mail.db.schema-${migrations.length}: the backup`,
      )
    );
    assertEquals(names(), [...before, "mail.bodies.lock"].toSorted());
  } finally {
    Object.assign(Deno, { linkSync });
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("sqlite schema 4: bodies and what was parsed of them are what they were", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/mail.db`;
    await prepareDatabase(file, migrations.slice(0, 3));
    const short = octets(
      'Subject: "\u00e4\\u000a"\r\nMessage-ID: <a@x>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx',
    );
    const long = octets(`Subject: long\r\n\r\n${"x".repeat(100)}`);
    {
      using database = openDatabase(file);
      const insert = database.prepare(
        "INSERT INTO bodies (id, size, crlfSize, content, first, summary, octets) VALUES (?, ?, ?, ?, ?, ?, ?)",
      );
      insert.run(1, short.length, short.length + 2, null, 0, JSON.stringify(summarize(short)), short);
      insert.run(7, long.length, long.length, 5, -20, JSON.stringify(summarize(long)), null);
      const chunk = database.prepare("INSERT INTO chunks VALUES (5, ?, ?)");
      for (let at = 0; at < long.length; at += 20) chunk.run(at - 20, long.slice(at, at + 20));
    }
    const storage = await sqliteStorage({ file, log: memoryLog().log, now: () => new Date() });
    const bodies = ["1", "7"] as BodyId[];
    assertEquals(await storage.summaries(bodies), [summarize(short), summarize(long)]);
    for (const [index, body] of bodies.entries()) {
      const opened = await storage.openBody(body);
      assertEquals(await opened.read(0, opened.size), [short, long][index]);
    }
    await storage.stop();
    using database = openDatabase(file, { readOnly: true });
    assertEquals(
      database.prepare("SELECT crlfSize, segment, offset FROM bodies ORDER BY id").all().map((row) => ({ ...row })),
      [
        { crlfSize: short.length + 2, segment: null, offset: 0 },
        { crlfSize: long.length, segment: 1, offset: 0 },
      ],
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("sqlite schema 5: messages that were there have no envelope, and new ones have theirs beside them", async () => {
  await migrated({ "INBOX": ["", "\\Seen"] }, async (storage, file) => {
    const account = await storage.accountByAddress("user@example.org");
    assert(account);
    const { id: mailbox } = await named(storage, account.id, "INBOX");
    assertEquals((await storage.envelopes(mailbox)).size, 0);
    const envelope = { sender: "", recipient: "user@example.org" };
    const body = await storage.writeBody(octets("Subject: new\r\n\r\n"));
    const details = { receivedAt: new Date(0), flags: [], envelope };
    await storage.apply([{ do: "deliver", account: account.id, mailboxName: "INBOX", body, details }]);
    assertEquals([...await storage.envelopes(mailbox)], [[3, envelope]]);
    assertInvariants(file);
  });
});

Deno.test("sqlite: a database of before has no datasets, and may have some", async () => {
  await migrated({ "INBOX": [] }, async (storage, file) => {
    const account = await storage.accountByAddress("user@example.org");
    assert(account);
    const place = { owner: account.id, path: "/class/~/" };
    assertEquals(await storage.dataset(place, { removedSince: 0 }), {
      entries: [],
      removed: [],
      remembersSince: 0,
      modtime: 0,
    });
    const entries = [{ path: place.path, name: "a", value: octets("x") }];
    await storage.apply([{ do: "storeEntries", owner: account.id, asOf: 0, most: 1000, entries }]);
    assertEquals((await storage.dataset(place)).entries.map(({ name }) => name), ["a"]);
    assertInvariants(file);
  });
});

Deno.test("sqlite schema 8: long bodies of before are in files, whole, and what nobody needed is gone", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/mail.db`;
    await prepareDatabase(file, migrations.slice(0, 7));
    const long = (name: string, length: number) => octets(`Subject: ${name}\r\n\r\n${"x".repeat(length)}${name}`);
    const contents = {
      short: { id: 1, content: null, first: 0, octets: long("short", 100) },
      long: { id: 2, content: 2, first: 0, octets: long("long", 700_000) },
      prefixed: { id: 9, content: 3, first: -26, octets: long("prefixed", 500_000) },
      unnamed: { id: 4, content: 4, first: 0, octets: long("unnamed", 300_000) },
    };
    {
      using database = openDatabase(file);
      const run = (sql: string, ...values: (string | number | Uint8Array | null)[]) =>
        database.prepare(sql).run(...values);
      run("INSERT INTO accounts (address, createdAt, secrets) VALUES ('user@example.org', 1, '{}')");
      run(
        `INSERT INTO mailboxes (account, name, uidValidity, uidNext, highestModseq, messages, size, unseen)
             VALUES (1, 'INBOX', 7, 4, 4, 3, ?, 3)`,
        contents.short.octets.length + contents.long.octets.length +
          contents.prefixed.octets.length,
      );
      let uid = 0;
      for (const [name, { id, content, first, octets: all }] of Object.entries(contents)) {
        const parts = [...columnsFrom(summarize(all)), content === null ? all : null] as const;
        run(
          "INSERT INTO bodies VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
          id,
          all.length,
          all.length,
          content,
          first,
          ...parts,
        );
        if (content !== null) {
          const add = (position: number, part: Uint8Array) =>
            run("INSERT INTO chunks VALUES (?, ?, ?)", content, position, part);
          if (first < 0) add(first, all.slice(0, -first));
          for (let at = 0; at < all.length + first; at += 262_144) add(at, all.slice(at - first, at - first + 262_144));
        }
        if (name === "unnamed") run("INSERT INTO unnamed VALUES (4, 123)");
        else {
          run(
            `INSERT INTO messages (mailbox, uid, modseq, receivedAt, savedAt, flags, size, crlfSize, body)
               VALUES (1, ?, ?, 1, 1, '', ?, ?, ?)`,
            ...[++uid, uid + 1, all.length, all.length, id],
          );
        }
      }
      // One that was coming in, and one that was being removed.
      run("INSERT INTO chunks VALUES (5, 0, x'00'), (6, 262144, x'00')");
      run("INSERT INTO unnamed VALUES (5, 124)");
      run("INSERT INTO discarded VALUES (6)");
    }
    const storage = await sqliteStorage({ file, log: memoryLog().log, now: () => new Date() });
    try {
      assertInvariants(file);
      for (const { id, octets: expected } of Object.values(contents)) {
        const opened = await storage.openBody(String(id) as BodyId);
        assertEquals(opened.size, expected.length);
        const found = await opened.read(0, opened.size);
        assert(found.every((octet, at) => octet === expected[at]), `body ${id} is not what it was`);
        assertEquals(await storage.summary(String(id) as BodyId), summarize(expected));
      }
      const files = new SegmentFiles(file);
      assertEquals(namesIn(files.folder), ["1", "2", "3"]);
      // What was nobody's for a day goes as it would have.
      await storage.changeAccounts([]);
      for (let n = 0; n < 200 && namesIn(files.folder).length > 2; n++) await storage.changeAccounts([]);
      assertEquals(namesIn(files.folder), ["1", "3"]);
      assertInvariants(file);
      using old = openDatabase(`${file}.schema-7`, { readOnly: true });
      assertEquals(old.prepare("SELECT count(*) AS n FROM chunks").get()?.["n"], 3 + 3 + 2 + 2);
    } finally {
      await storage.stop();
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("sqlite schema 8: a migration that could not write a file leaves the old database, and another does it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/mail.db`, all = octets(`Subject: a\r\n\r\n${"x".repeat(1000)}`);
    await prepareDatabase(file, migrations.slice(0, 7));
    {
      using database = openDatabase(file);
      database.prepare("INSERT INTO bodies VALUES (1, ?, ?, 1, 0, ?, ?, ?, ?, NULL)")
        .run(all.length, all.length, ...columnsFrom(summarize(all)));
      database.prepare("INSERT INTO chunks VALUES (1, 0, ?)").run(all);
      database.exec("INSERT INTO unnamed VALUES (1, 123)");
    }
    Deno.writeTextFileSync(`${folder}/mail.bodies`, "in the way");
    await assertRejects(() => prepareDatabase(file, migrations), DatabaseFileError, "mail.db: cannot be used");
    Deno.removeSync(`${folder}/mail.bodies`);
    // Of an attempt that did not come to its end.
    Deno.mkdirSync(`${folder}/mail.bodies`);
    Deno.writeTextFileSync(`${folder}/mail.bodies/1`, "half of it");
    const storage = await sqliteStorage({ file, log: memoryLog().log, now: () => new Date() });
    const opened = await storage.openBody("1" as BodyId);
    assertEquals(await opened.read(0, opened.size), all);
    await storage.stop();
    assertInvariants(file);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("sqlite schema 9: messages of before are among the changed ones, with those that are changed and those that come", async () => {
  await migrated({ "INBOX": ["", "\\Seen", ""] }, async (storage) => {
    const account = await storage.accountByAddress("user@example.org");
    assert(account);
    const { id: mailbox, highestModseq: before } = await named(storage, account.id, "INBOX");
    const changedSince = async (since: bigint) =>
      (await storage.messages(mailbox, { changedSince: since })).messages.map(({ uid }) => uid);
    // Those of before have the mod-sequences 2, 3 and 4.
    assertEquals(await changedSince(2n), [2, 3]);
    await fill(storage, mailbox, "new", "newer");
    await storage.apply([{ do: "setFlags", mailbox, uids: [1, 5], change: { mode: "add", flags: ["\\Flagged"] } }]);
    assertEquals(await changedSince(before), [1, 4, 5]);
    assertEquals(await changedSince(before + 2n), [1, 5]);
    assertEquals(await changedSince(before + 3n), []);
    assertEquals(await changedSince(1n), [1, 2, 3, 4, 5]);
  });
});

Deno.test("sqlite schema 10: commits are not counted any more, and the rest is counted on", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/mail.db`;
    const counters = () => {
      using database = openDatabase(file);
      return database.prepare("SELECT name, value FROM counters ORDER BY name").all().map((row) => ({ ...row }));
    };
    await prepareDatabase(file, migrations.slice(0, 9));
    {
      using database = openDatabase(file);
      database.exec("UPDATE counters SET value = 7");
    }
    await prepareDatabase(file, migrations);
    assertEquals(counters(), [{ name: "sessions", value: 7 }, { name: "uid_validity", value: 7 }]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
