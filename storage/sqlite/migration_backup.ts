/**
 * The backup that is made before the schema changes: a database of its own beside the old one, `mail.db.schema-8`, with the
 * files of its long bodies in `mail.db.schema-8.bodies`. Those are the same files under second names: what a place in one
 * held once it holds for ever, and where the server removes a file's first name, the second keeps it.
 */
import { backup, DatabaseSync } from "node:sqlite";
import { messageOf } from "../../core/wire/error_message.ts";
import { untilFree } from "../../core/wire/until_free.ts";
import { DatabaseFileError } from "./database_file_error.ts";
import { SegmentFiles } from "./segment_files.ts";
import { pragma } from "./statement.ts";

/** Milliseconds for which others may have the folder. */
const PATIENCE = 15_000;

/**
 * Locks the files of a database, also where there are none yet: as long as they are, nobody removes any of them, and no other
 * program changes the schema.
 *
 * @throws DatabaseFileError where another has them for too long, or they cannot be locked.
 */
export async function lockFiles(database: string): Promise<Disposable> {
  const files = new SegmentFiles(database);
  try {
    const lock = await untilFree(() => {
      files.makeFolder();
      const lock = files.lockFolder();
      return typeof lock === "string" ? undefined : lock;
    }, PATIENCE);
    if (lock !== undefined) return lock;
    throw new Error("another program has it, to back it up or to change the schema; try again later");
  } catch (error) {
    throw new DatabaseFileError(
      `${files.folder}: cannot be locked, which a new schema needs: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

/**
 * Makes it, reads it back and checks it, while the files are locked. Gives its path.
 *
 * @throws DatabaseFileError that says why it cannot be made.
 */
export async function backUp(database: DatabaseSync, file: string, version: number): Promise<string> {
  const path = `${file}.schema-${version}`;
  const files = new SegmentFiles(file), copies = new SegmentFiles(path);
  try {
    // One that was left half-made would be in the way.
    for (const half of partsOf(path, copies)) remove(half);
    Deno.openSync(path, { create: true, write: true, mode: 0o600 }).close();
    // Not VACUUM INTO: Deno lets a program with few permissions attach nothing.
    await backup(database, path);
    linkAll(checked(path, version), files, copies);
    return path;
  } catch (error) {
    // Half of one is of no use, and may be what fills the disk, which the old version has to go on with.
    for (const half of partsOf(path, copies)) removeIfPossible(half);
    const reason = messageOf(error);
    throw new DatabaseFileError(
      `${path}: the backup that a new schema needs cannot be made: ${reason}; see that there is room for a second copy`,
      { cause: error },
    );
  }
}

/** All that there may be of one, with what SQLite has left beside it. */
function partsOf(path: string, { folder }: SegmentFiles): string[] {
  return [path, `${path}-journal`, `${path}-wal`, `${path}-shm`, folder];
}

/** The segments that the copy names, when it is as it should be. */
function checked(path: string, version: number): number[] {
  const copy = new DatabaseSync(path);
  try {
    const verdict = copy.prepare("PRAGMA integrity_check").get()?.["integrity_check"];
    if (verdict !== "ok" || pragma(copy, "user_version") !== version) throw new Error(`its check says ${verdict}`);
    const hasFiles = copy.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'segments'").get() !== undefined;
    return hasFiles ? copy.prepare("SELECT id FROM segments").all().map(({ id }) => Number(id)) : [];
  } finally {
    copy.close();
  }
}

function linkAll(segments: readonly number[], from: SegmentFiles, to: SegmentFiles): void {
  if (segments.length === 0) return;
  to.makeFolder();
  for (const segment of segments) linkOne(from.path(segment), to.path(segment));
  to.sync();
}

function linkOne(path: string, copy: string): void {
  try {
    Deno.linkSync(path, copy);
  } catch (error) {
    // A file that was lost before is missing in both.
    if (error instanceof Deno.errors.NotFound) return;
    // Not every file system has second names. What is copied must be on the disk itself, before the schema changes.
    Deno.copyFileSync(path, copy);
    using file = Deno.openSync(copy, { write: true });
    file.syncSync();
  }
}

function remove(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function removeIfPossible(path: string): void {
  try {
    remove(path);
  } catch {
    // What is wrong is told by whoever could not make it.
  }
}
