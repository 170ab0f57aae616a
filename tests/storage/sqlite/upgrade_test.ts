/** Databases that earlier programs made and used, and what stands in the way of bringing them to the current schema. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { summarize } from "../../../core/message/summary.ts";
import { limitDatabase, octetsOf, prepareDatabase } from "../../../storage/sqlite/database_file.ts";
import { DatabaseFileError } from "../../../storage/sqlite/database_file_error.ts";
import { migrations } from "../../../storage/sqlite/migrate.ts";
import { lockFiles } from "../../../storage/sqlite/migration_backup.ts";
import { start } from "../../../storage/sqlite/migrations/0001_start.ts";
import { SegmentFiles } from "../../../storage/sqlite/segment_files.ts";
import { sqliteStorage } from "../../../storage/sqlite/storage.ts";
import { fill, named, octets } from "../../conformance/storage/support.ts";
import { projectFolder } from "../../house/project_files.ts";
import { assertInvariants } from "./invariants.ts";
import { memoryLog } from "./open_storage.ts";
import { openDatabase } from "../../support/open_database.ts";

async function inFolder(test: (file: string, folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(`${folder}/mail.db`, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const schemaOf = (file: string) => {
  using database = openDatabase(file, { readOnly: true });
  return database.prepare("PRAGMA user_version").get()?.["user_version"];
};

/** One line that names the file and says these things. */
async function assertRefused(work: () => Promise<unknown>, file: string, ...words: string[]): Promise<void> {
  const { message } = await assertRejects(work, DatabaseFileError);
  assert(message.startsWith(`${file}: `) && !message.includes("\n"), message);
  for (const word of words) assert(message.includes(word), `${message} — does not say ${word}`);
}

/** Schema 1 as its first programs made it: with an index of messages by body, whose rows the messages referred to. */
function firstStart(): string {
  const differences = [
    ["content INTEGER,", "content INTEGER UNIQUE,"],
    ["CREATE UNIQUE INDEX bodies_by_content ON bodies (content) WHERE content IS NOT NULL;", ""],
    ["CREATE TABLE shared (body INTEGER PRIMARY KEY, messages INTEGER NOT NULL) STRICT;", ""],
    [
      "body INTEGER NOT NULL,\n  PRIMARY KEY (mailbox",
      "body INTEGER NOT NULL REFERENCES bodies (id),\n  PRIMARY KEY (mailbox",
    ],
    ["-- RFC 7162", "CREATE INDEX messages_by_body ON messages (body);\n-- RFC 7162"],
  ] as const;
  return differences.reduce((sql, [now, then]) => {
    assert(sql.includes(now), now);
    return sql.replace(now, then);
  }, start);
}

/** Messages of one account, in INBOX: the body of each. The text of a body is its number. */
function addMail(file: string, ...bodies: readonly number[]): void {
  using database = openDatabase(file);
  const text = (body: number) => octets(`Subject: ${body}\r\n\r\n${body}\r\n`);
  const size = bodies.reduce((sum, body) => sum + text(body).length, 0), { length } = bodies;
  database.exec("INSERT INTO accounts (address, createdAt, secrets) VALUES ('user@example.org', 1, '{}')");
  database.prepare(
    `INSERT INTO mailboxes (account, name, uidValidity, uidNext, highestModseq, messages, size)
       VALUES (1, 'INBOX', 7, ?, ?, ?, ?)`,
  ).run(length + 1, length + 1, length, size);
  for (const body of new Set(bodies)) {
    const all = text(body);
    database.prepare("INSERT INTO bodies (id, size, crlfSize, summary, octets) VALUES (?, ?, ?, ?, ?)")
      .run(body, all.length, all.length, JSON.stringify(summarize(all)), all);
  }
  for (const [index, body] of bodies.entries()) {
    database.prepare("INSERT INTO messages VALUES (1, ?, ?, 1, 1, '', ?, ?, ?)")
      .run(index + 1, index + 2, text(body).length, text(body).length, body);
  }
}

Deno.test("sqlite upgrade: mail that the first programs of schema 1 kept is there, and shared bodies are still shared", async () => {
  await inFolder(async (file) => {
    await prepareDatabase(file, [firstStart()]);
    addMail(file, 5, 6, 6, 9, 6);
    const storage = await sqliteStorage({ file, log: memoryLog().log, now: () => new Date() });
    try {
      assertInvariants(file);
      const account = await storage.accountByAddress("user@example.org");
      assert(account);
      const { id: mailbox } = await named(storage, account.id, "INBOX");
      const texts = async () => {
        const { messages } = await storage.messages(mailbox);
        return await Promise.all(messages.map(async ({ uid, body }) => {
          const { read, size } = await storage.openBody(body);
          return [uid, new TextDecoder().decode(await read(size - 3, size - 2))];
        }));
      };
      assertEquals(await texts(), [[1, "5"], [2, "6"], [3, "6"], [4, "9"], [5, "6"]]);
      await storage.apply([{ do: "expunge", mailbox, uids: [1, 2, 5] }]);
      await storage.apply([{ do: "copy", from: mailbox, uids: [3], to: mailbox }]);
      await fill(storage, mailbox, "new");
      await storage.apply([{ do: "expunge", mailbox, uids: [3] }]);
      assertEquals((await texts()).slice(0, 2), [[4, "9"], [6, "6"]]);
      assertInvariants(file);
    } finally {
      await storage.stop();
    }
  });
});

Deno.test("sqlite upgrade: programs that begin at once take turns, also where no body lies in a file", async () => {
  for (let round = 0; round < 5; round++) {
    await inFolder(async (file) => {
      await prepareDatabase(file, migrations.slice(0, 1));
      addMail(file, 1, 2, 3);
      // What takes more than one turn to back up.
      using database = openDatabase(file);
      database.exec("CREATE TABLE large (x); INSERT INTO large VALUES (zeroblob(5000000))");
      database.close();
      await Promise.all(Array.from({ length: 3 }, () => prepareDatabase(file, migrations)));
      assertEquals([schemaOf(file), schemaOf(`${file}.schema-1`)], [migrations.length, 1]);
      assertInvariants(file);
    });
  }
});

Deno.test("sqlite upgrade: one that is killed in the middle has changed nothing, and leaves one backup, as the next does", async () => {
  await inFolder(async (file, folder) => {
    await prepareDatabase(file, migrations.slice(0, 1));
    addMail(file, 1, 2, 3);
    const path = (name: string) => new URL(name, projectFolder).href;
    const code = `
      import { prepareDatabase } from "${path("storage/sqlite/database_file.ts")}";
      import { migrations } from "${path("storage/sqlite/migrate.ts")}";
      await prepareDatabase(Deno.args[0], [...migrations, () => Deno.kill(Deno.pid, "SIGKILL")]);
    `;
    const config = decodeURIComponent(new URL("deno.json", projectFolder).pathname);
    const source = `data:text/javascript,${encodeURIComponent(code)}`;
    const args = ["run", "-q", "--no-check", "--no-prompt", "-A", "--config", config, source, file];
    const { signal, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
    assertEquals([signal, new TextDecoder().decode(stderr)], ["SIGKILL", ""]);

    assertEquals(schemaOf(file), 1);
    await prepareDatabase(file, migrations);
    assertEquals(schemaOf(file), migrations.length);
    assertInvariants(file);
    const backups = [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) => name.includes("schema"));
    assertEquals(backups, ["mail.db.schema-1"]);
    using backup = openDatabase(`${file}.schema-1`, { readOnly: true });
    assertEquals(backup.prepare("SELECT count(*) AS n FROM messages").get()?.["n"], 3);
  });
});

Deno.test("sqlite upgrade: whoever changes the schema has the files locked, also where there are none yet", async () => {
  await inFolder(async (file) => {
    await prepareDatabase(file, migrations.slice(0, 1));
    using _lock = await lockFiles(file);
    assertEquals(new SegmentFiles(file).lockFolder(), "busy");
  });
});

Deno.test("sqlite upgrade: nothing changes under a program that has the database open", async () => {
  await inFolder(async (file, folder) => {
    await prepareDatabase(file, migrations.slice(0, 4));
    // A server of that time, which is idle, and locks nothing else.
    using other = openDatabase(file);
    other.prepare("SELECT * FROM accounts").all();
    await assertRefused(() => prepareDatabase(file, migrations), file, "another program has it open", "stop");
    assertEquals(schemaOf(file), 4);
    assertEquals([...Deno.readDirSync(folder)].filter(({ name }) => name.includes("schema")), []);
    other.close();
    await prepareDatabase(file, migrations);
  });
});

Deno.test("sqlite upgrade: tables that no program of that schema made are told of in one line, with what to do", async () => {
  await inFolder(async (file) => {
    await prepareDatabase(file, migrations.slice(0, 5));
    using database = openDatabase(file);
    database.exec("CREATE TABLE dataset_entries (x)");
    database.close();
    await assertRefused(
      () => prepareDatabase(file, migrations),
      file,
      "table dataset_entries already exists;",
      "restore",
    );
  });
});

Deno.test("sqlite upgrade: no room, and a file that another program holds, are told with what to do", async () => {
  await inFolder(async (file) => {
    await prepareDatabase(file, migrations);
    const fill = (database: DatabaseSync) =>
      database.exec("PRAGMA max_page_count = 1; CREATE TABLE large (x); INSERT INTO large VALUES (zeroblob(1000000))");
    await assertRefused(() => prepareDatabase(file, [...migrations, fill]), file, "disk is full; see that", "room");
    const wait = () => {
      throw new Error("database is locked");
    };
    await assertRefused(() => prepareDatabase(file, [...migrations, wait]), file, "locked; another program", "later");
    assertEquals(schemaOf(file), migrations.length);
  });
});

Deno.test("sqlite upgrade: the operator is told of it, of each step, and of the backup", async () => {
  await inFolder(async (file) => {
    const { lines, log } = memoryLog();
    await prepareDatabase(file, migrations.slice(0, 9), log);
    await prepareDatabase(file, migrations.slice(0, 9), log);
    assertEquals(lines, []);
    await prepareDatabase(file, migrations.slice(0, 11), log);
    assertEquals(lines.map(({ level }) => level), ["warn", ...lines.slice(1).map(() => "info")]);
    assertEquals(lines.slice(1).map(({ message }) => message), [
      "the backup is made; remove it when this program has proven itself",
      "a step is done",
      "a step is done",
      "the database has the newer schema",
    ]);
  });
});

Deno.test("sqlite upgrade: octets are counted in pages of the size that the program had which made the file", () => {
  using database = new DatabaseSync(":memory:");
  database.exec("PRAGMA page_size = 4096; CREATE TABLE a (octets); INSERT INTO a VALUES (zeroblob(100000))");
  assert(octetsOf(database) >= 100_000 && octetsOf(database) < 120_000, `${octetsOf(database)}`);
  limitDatabase(database, 200_000);
  database.exec("INSERT INTO a VALUES (zeroblob(50000))");
  assertThrows(() => database.exec("INSERT INTO a VALUES (zeroblob(50000))"), Error, "full");
});
