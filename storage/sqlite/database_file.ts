/** The database's file: made, checked and brought to the current schema before anything else opens it. */
import { DatabaseSync, type DatabaseSyncOptions } from "node:sqlite";
import type { Logger } from "../../core/contract/logger.ts";
import { firstLineOf, messageOf } from "../../core/wire/error_message.ts";
import { untilFree } from "../../core/wire/until_free.ts";
import { DatabaseFileError } from "./database_file_error.ts";
import { begin, migrate, type Migration } from "./migrate.ts";
import { lockFiles } from "./migration_backup.ts";
import { BUSY, pragma, sqliteCode, Statement } from "./statement.ts";

/** "Qtzl": says in the file's header whose it is (sqlite.org/fileformat.html §1.3). */
const APPLICATION = 0x51747a6c;
/** Milliseconds that a writer waits for another process's. */
const BUSY_TIMEOUT = 15_000;
/** How long others may take to end that have the database open when its schema is to change, milliseconds: commands do. */
const ALONE_TIMEOUT = 2_000;

/**
 * Makes the file if there is none, and its schema current.
 *
 * @param log Where the operator reads that the schema changes.
 * @throws Error that says where, what and what to do.
 */
export async function prepareDatabase(
  file: string,
  migrations: readonly Migration[],
  log?: Pick<Logger, "info" | "warn">,
): Promise<void> {
  makeFile(file);
  try {
    if (await isReady(file, migrations)) return;
    // One after another: what the first has backed up, and changed since, is not backed up again in its place.
    using _lock = await lockFiles(file);
    using database = openAlone(file, migrations.length);
    await migrate(database, file, migrations, log);
  } catch (error) {
    throw error instanceof DatabaseFileError ? error : explained(file, error);
  }
}

/** Makes a new one, and sees whether any is ours, can be read, and has the current schema. */
async function isReady(file: string, migrations: readonly Migration[]): Promise<boolean> {
  using database = open(file, { timeout: BUSY_TIMEOUT });
  await claim(database, file);
  const isCurrent = begin(database, file, migrations);
  // The versions are in the file's header; whether the rest can be read shows here.
  database.prepare("SELECT count(*) FROM sqlite_schema").get();
  return isCurrent;
}

/**
 * The only connection there is, as long as it is open. Earlier servers lock nothing but what SQLite does: one that runs would
 * go on with the old schema in mind.
 */
function openAlone(file: string, current: number): DatabaseSync {
  const database = open(file, { timeout: ALONE_TIMEOUT });
  try {
    // sqlite.org/wal.html, "Use of WAL Without Shared-Memory": asked for before the first read, it is had where no other
    // connection is open, and none can be opened.
    database.exec("PRAGMA locking_mode = EXCLUSIVE");
    pragma(database, "user_version");
    return database;
  } catch (error) {
    database.close();
    if (sqliteCode(error) !== BUSY) throw error;
    throw new DatabaseFileError(
      `${file}: needs schema ${current}, and another program has it open: stop that one first (a server of an ` +
        "earlier version, or whatever else reads the file)",
      { cause: error },
    );
  }
}

/** Nothing is migrated under a server that may be of an earlier program. @throws DatabaseFileError where it would have to be. */
export function requireCurrent(file: string, current: number): void {
  const found = schemaOf(file);
  if (found === 0 || found >= current) return;
  throw new DatabaseFileError(
    `${file}: has schema ${found}, which this program would make ${current}, and a server runs with it: restart the ` +
      "server with this program first, or try again if that was just done",
  );
}

function schemaOf(file: string): number {
  try {
    using database = openForReading(file);
    return pragma(database, "user_version");
  } catch (error) {
    throw explained(file, error);
  }
}

/** A connection that reads: it sees what is committed, and waits for no writer (sqlite.org/wal.html §2.2). */
export function openForReading(file: string): DatabaseSync {
  const database = open(file, { timeout: BUSY_TIMEOUT, readOnly: true });
  database.exec("PRAGMA cache_size = -16384");
  return database;
}

/** A connection that writes; commits are durable when they return. `largest` octets of the file, if it is limited. */
export function openForWriting(file: string, largest?: number, timeout: number = BUSY_TIMEOUT): DatabaseSync {
  const database = open(file, { timeout, enableForeignKeyConstraints: true });
  database.exec(`
    PRAGMA synchronous = FULL;
    PRAGMA cache_size = -32768;
    PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
    PRAGMA journal_size_limit = ${4 * CHECKPOINT_PAGES * PAGE};
  `);
  if (largest !== undefined) limitDatabase(database, largest);
  return database;
}

/** The database may grow to so many octets; as long as it is larger than that, it does not grow. */
export function limitDatabase(database: DatabaseSync, largest: number): void {
  database.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(largest / pragma(database, "page_size")))}`);
}

/** Octets of the database that are in use. */
export function octetsOf(database: DatabaseSync): number {
  const pages = pragma(database, "page_count") - pragma(database, "freelist_count");
  return pages * pragma(database, "page_size");
}

/**
 * Octets of a page of a new database; those of earlier programs have 4 KiB. Small ones cost calls where messages are large,
 * large ones octets where little is written. Measured.
 */
const PAGE = 16_384;
/** Pages of the log that are moved into the database at once. */
const CHECKPOINT_PAGES = 1000;

/**
 * What SQLite would put into files of its own it keeps in memory: their folder, `/var/tmp` say, is none of ours, and need
 * not be writable. Some of it is needed for a single row: RETURNING is a trigger of the temporary database.
 */
function open(file: string, options: DatabaseSyncOptions): DatabaseSync {
  const database = new DatabaseSync(file, options);
  database.exec("PRAGMA temp_store = MEMORY");
  return database;
}

function makeFile(file: string): void {
  try {
    // SQLite gives its log the mode of the database: nobody else reads mail.
    Deno.openSync(file, { create: true, read: true, write: true, mode: 0o600 }).close();
  } catch (error) {
    const reason = messageOf(error);
    throw new DatabaseFileError(
      `${file}: cannot be opened for reading and writing: ${reason}; the data folder and the files in it must belong ` +
        "to the user that runs the server",
      { cause: error },
    );
  }
}

/** Marks a new database as ours, and leaves one alone that is not. */
async function claim(database: DatabaseSync, file: string): Promise<void> {
  const claimed = await untilFree(() => isClaimed(database, file) || undefined, BUSY_TIMEOUT);
  if (claimed === undefined) throw new Error("database is locked");
}

/** False where another process is in the way. */
function isClaimed(database: DatabaseSync, file: string): boolean {
  const isOurs = () => pragma(database, "application_id") === APPLICATION;
  if (isOurs()) return true;
  const isNew = database.prepare("SELECT 1 FROM sqlite_schema LIMIT 1").get() === undefined;
  if (isNew) return mark(database);
  // Another process may have made it between the two.
  if (isOurs()) return true;
  throw new DatabaseFileError(
    `${file}: is a SQLite database of another program; expected one made by this server, or none: move it away, or ` +
      "set another data folder",
  );
}

/** False where another process is in the way, which SQLite does not wait for while the journal's mode changes. */
function mark(database: DatabaseSync): boolean {
  try {
    for (const what of [`page_size = ${PAGE}`, "journal_mode = WAL", `application_id = ${APPLICATION}`]) {
      new Statement(database, `PRAGMA ${what}`).get();
    }
    return true;
  } catch (error) {
    if (sqliteCode(error) === BUSY) return false;
    throw error;
  }
}

function explained(file: string, error: unknown): DatabaseFileError {
  // Of SQL that fails SQLite says all of it, from the next line on.
  const reason = firstLineOf(error).replace(/ in $/, "");
  return new DatabaseFileError(`${file}: cannot be used: ${reason}; ${adviceOn(reason)}`, { cause: error });
}

/** By the text: not all errors of `node:sqlite` have SQLite's code. */
function adviceOn(reason: string): string {
  if (/not a database|malformed|corrupt/.test(reason)) {
    return "expected the server's SQLite database: restore it from a backup, or move it away to start empty";
  }
  if (/already exists|no such|duplicate column|constraint failed/.test(reason)) {
    return "expected the tables of a released version of the server: restore it from a backup, or run the version that " +
      "wrote it";
  }
  if (reason.includes("locked")) return "another program has it, maybe to bring it to a new schema: try again later";
  return "see that the folder is writable, that there is room, and that no other program holds the file";
}
