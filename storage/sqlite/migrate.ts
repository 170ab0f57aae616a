/** Brings a database from the schema that it has to the current one: numbered steps, forward only. */
import type { DatabaseSync } from "node:sqlite";
import { DatabaseFileError } from "./database_file_error.ts";
import { backUp } from "./migration_backup.ts";
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
 * Runs what has not been run, each step whole or not at all, after a backup of a database that holds something.
 *
 * @throws DatabaseFileError when the schema is newer than this program; nothing has been changed.
 */
export async function migrate(database: DatabaseSync, file: string, steps: readonly Migration[]): Promise<void> {
  const found = pragma(database, "user_version");
  if (found > steps.length) {
    throw new DatabaseFileError(
      `${file}: has schema ${found}, and this program knows none after ${steps.length}: run the version of the server ` +
        "that wrote it, or a later one",
    );
  }
  if (found > 0 && found < steps.length) await backUp(database, file, found);
  for (const [index, step] of steps.entries()) runStep(database, file, index + 1, step);
}

function runStep(database: DatabaseSync, file: string, version: number, step: Migration): void {
  if (pragma(database, "user_version") >= version) return;
  database.exec("BEGIN IMMEDIATE");
  try {
    // Another process may have been quicker.
    if (pragma(database, "user_version") < version) {
      if (typeof step === "string") database.exec(step);
      else step(database, file);
      database.exec(`PRAGMA user_version = ${version}`);
    }
    database.exec("COMMIT");
  } catch (error) {
    // SQLite has taken some transactions back itself, when the disk was full.
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}
