import { assert, assertEquals, assertRejects } from "@std/assert";
import type { DatabaseSync } from "node:sqlite";
import { prepareDatabase } from "../../../storage/sqlite/database_file.ts";
import { DatabaseFileError } from "../../../storage/sqlite/database_file_error.ts";
import { migrations } from "../../../storage/sqlite/migrate.ts";
import { sqliteStorage } from "../../../storage/sqlite/storage.ts";
import { account } from "../../conformance/storage/support.ts";
import { memoryLog, openSqlite } from "./open_storage.ts";
import { openDatabase } from "../../support/open_database.ts";

async function inFolder(test: (folder: string) => Promise<void> | void): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** One line that names the file and says these things. */
async function assertSays(work: () => Promise<unknown>, file: string, ...words: string[]): Promise<void> {
  const { message } = await assertRejects(work, DatabaseFileError);
  assert(message.startsWith(`${file}: `) && !message.includes("\n"), message);
  for (const word of words) assert(message.includes(word), `${message} — does not say ${word}`);
}

const open = (file: string) => sqliteStorage({ file, log: memoryLog().log, now: () => new Date() });

Deno.test("sqlite file: nobody but the owner reads mail, in the database or in its log", async () => {
  const { storage, file, close } = await openSqlite();
  try {
    await account(storage);
    for (const name of [file, `${file}-wal`, `${file}-shm`]) {
      assertEquals(((await Deno.stat(name)).mode ?? 0) & 0o777, 0o600, name);
    }
  } finally {
    await close();
  }
});

Deno.test("sqlite file: after a stop all is in the one file and the folder of long bodies; what locks that is empty", async () => {
  await inFolder(async (folder) => {
    const storage = await open(`${folder}/mail.db`);
    await account(storage);
    await storage.stop?.();
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name).toSorted();
    assertEquals(names, ["mail.bodies", "mail.bodies.lock", "mail.db"]);
    const { mode, size } = Deno.statSync(`${folder}/mail.bodies.lock`);
    assertEquals([(mode ?? 0) & 0o777, size], [0o600, 0]);
  });
});

Deno.test("sqlite file: a folder that is missing, or a folder in its place, is said in one line", async () => {
  await inFolder(async (folder) => {
    await assertSays(
      () => open(`${folder}/none/mail.db`),
      `${folder}/none/mail.db`,
      "cannot be opened",
      "must belong to",
    );
    Deno.mkdirSync(`${folder}/mail.db`);
    await assertSays(() => open(`${folder}/mail.db`), `${folder}/mail.db`, "cannot be opened");
  });
});

Deno.test("sqlite file: what is no database is left alone and said", async () => {
  await inFolder(async (folder) => {
    const file = `${folder}/mail.db`, text = "From me to you\n".repeat(1000);
    Deno.writeTextFileSync(file, text);
    await assertSays(() => open(file), file, "not a database", "backup", "move it away");
    assertEquals(Deno.readTextFileSync(file), text);
  });
});

Deno.test("sqlite file: another program's database is left alone and said", async () => {
  await inFolder(async (folder) => {
    const file = `${folder}/mail.db`;
    using database = openDatabase(file);
    database.exec("CREATE TABLE theirs (x)");
    const before = Deno.readFileSync(file);
    await assertSays(() => open(file), file, "another program");
    assertEquals(Deno.readFileSync(file), before);
  });
});

Deno.test("sqlite file: a corrupt database is said, with what to do", async () => {
  await inFolder(async (folder) => {
    const file = `${folder}/mail.db`;
    await prepareDatabase(file, migrations);
    const octets = Deno.readFileSync(file);
    Deno.writeFileSync(file, octets.fill(0xff, 100, 4096));
    await assertSays(() => open(file), file, "malformed", "restore it from a backup");
  });
});

Deno.test("sqlite file: a newer schema is refused, and nothing is changed", async () => {
  await inFolder(async (folder) => {
    const file = `${folder}/mail.db`;
    await prepareDatabase(file, [...migrations, "CREATE TABLE newer (x)"]);
    const before = Deno.readFileSync(file);
    await assertSays(
      () => open(file),
      file,
      `schema ${migrations.length + 1}`,
      `none after ${migrations.length}`,
      "later one",
    );
    assertEquals(Deno.readFileSync(file), before);
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["mail.db"]);
  });
});

Deno.test("sqlite file: a new database is there as a whole, or not at all, for whoever comes meanwhile", async () => {
  await inFolder(async (folder) => {
    const file = `${folder}/mail.db`;
    let found: unknown;
    const look = () => {
      using other = openDatabase(file, { readOnly: true });
      found = other.prepare(
        "SELECT user_version, (SELECT count(*) FROM sqlite_schema) AS tables FROM pragma_user_version",
      )
        .get();
    };
    await prepareDatabase(file, ["CREATE TABLE one (x)", "CREATE TABLE two (x)", look]);
    assertEquals(found, { __proto__: null, user_version: 0, tables: 0 });
  });
});

Deno.test("sqlite file: another program that makes it at the same time is waited for", async () => {
  await inFolder(async (folder) => {
    const file = `${folder}/mail.db`;
    let making: Promise<void>;
    {
      using other = openDatabase(file);
      other.exec("BEGIN IMMEDIATE");
      making = prepareDatabase(file, migrations);
    }
    await making;
    await prepareDatabase(file, migrations);
  });
});

Deno.test("sqlite file: before a migration the database is copied, and the copy holds what was there", async () => {
  await inFolder(async (folder) => {
    const file = `${folder}/mail.db`;
    const storage = await open(file);
    const id = await account(storage, "kept@x");
    await storage.stop?.();
    const old = migrations.length;
    await prepareDatabase(file, [...migrations, "CREATE TABLE newer (x)"]);
    const backup = await open(`${file}.schema-${old}`);
    assertEquals((await backup.accountByAddress("kept@x"))?.id, id);
    await backup.stop?.();
    assertEquals((Deno.statSync(`${file}.schema-${old}`).mode ?? 0) & 0o777, 0o600);
    using migrated = openDatabase(file);
    assertEquals(migrated.prepare("SELECT count(*) AS count FROM newer").get()?.["count"], 0);
    assertEquals(migrated.prepare("SELECT address FROM accounts").get()?.["address"], "kept@x");
  });
});

Deno.test("sqlite file: a migration that fails leaves the schema as it was", async () => {
  await inFolder(async (folder) => {
    const file = `${folder}/mail.db`;
    await prepareDatabase(file, migrations);
    const broken = [...migrations, "CREATE TABLE half (x); CREATE TABLE half (x)"];
    await assertSays(() => prepareDatabase(file, broken), file, "half");
    const full = (database: DatabaseSync) => {
      // As SQLite does by itself then.
      database.exec("ROLLBACK");
      throw new Error("database or disk is full");
    };
    await assertSays(() => prepareDatabase(file, [...migrations, full]), file, "disk is full");
    const storage = await open(file);
    await account(storage);
    await storage.stop?.();
  });
});

Deno.test("sqlite file: nothing is copied or changed when the schema is current", async () => {
  await inFolder(async (folder) => {
    const file = `${folder}/mail.db`;
    await prepareDatabase(file, migrations);
    const before = Deno.readFileSync(file);
    await prepareDatabase(file, migrations);
    assertEquals(Deno.readFileSync(file), before);
    assertEquals([...Deno.readDirSync(folder)].length, 1);
  });
});
