/** Brings a database from the schema that it has to the current one: numbered steps, forward only. */
import type { DatabaseSync } from "node:sqlite";
import { DatabaseFileError } from "./database_file_error.ts";
import { backUp, lockFiles } from "./migration_backup.ts";
import { start } from "./migrations/0001_start.ts";
import { imap } from "./migrations/0002_imap.ts";
import { fullText } from "./migrations/0003_full_text.ts";
import { summaries } from "./migrations/0004_summaries.ts";
import { envelope } from "./migrations/0005_envelope.ts";
import { queue } from "./migrations/0006_queue.ts";
import { datasets } from "./migrations/0007_datasets.ts";
import { segments } from "./migrations/0008_segments.ts";
import { changes } from "./migrations/0009_changes.ts";
import { uncounted } from "./migrations/0010_uncounted.ts";
import { accountsForMail } from "./migrations/0011_accounts_for_mail.ts";
import { pragma } from "./statement.ts";

/**
 * The SQL that makes schema n out of schema n − 1, or what else does, within its transaction; n is its place in the list,
 * from 1.
 */
export type Migration = string | ((database: DatabaseSync, file: string) => void);

/** All there are. */
export const migrations: readonly Migration[] = [
  start,
  imap,
  fullText,
  summaries,
  envelope,
  queue,
  datasets,
  segments,
  changes,
  uncounted,
  accountsForMail,
];

/**
 * Runs what has not been run, each step whole or not at all, after a backup of a database that holds something. A new one is
 * whole at once: whoever comes meanwhile takes none for one of an earlier program.
 *
 * @throws DatabaseFileError when the schema is newer than this program; nothing has been changed.
 */
export async function migrate(database: DatabaseSync, file: string, steps: readonly Migration[]): Promise<void> {
  if (known(database, file, steps) === steps.length) return;
  // One after another: what the first has backed up, and changed since, is not backed up again in its place.
  using _lock = await lockFiles(file);
  const found = known(database, file, steps);
  if (found > 0 && found < steps.length) await backUp(database, file, found);
  for (let to = found === 0 ? steps.length : found + 1; to <= steps.length; to++) runSteps(database, file, steps, to);
}

/** The schema that it has, if it is none of later programs. */
function known(database: DatabaseSync, file: string, steps: readonly Migration[]): number {
  const found = pragma(database, "user_version");
  if (found <= steps.length) return found;
  throw new DatabaseFileError(
    `${file}: has schema ${found}, and this program knows none after ${steps.length}: run the version of the server ` +
      "that wrote it, or a later one",
  );
}

/** Up to this schema. */
function runSteps(database: DatabaseSync, file: string, steps: readonly Migration[], to: number): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    // Another process may have been quicker.
    const left = steps.slice(pragma(database, "user_version"), to);
    for (const step of left) {
      if (typeof step === "string") database.exec(step);
      else step(database, file);
    }
    if (left.length > 0) database.exec(`PRAGMA user_version = ${to}`);
    database.exec("COMMIT");
  } catch (error) {
    // SQLite has taken some transactions back itself, when the disk was full.
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}
