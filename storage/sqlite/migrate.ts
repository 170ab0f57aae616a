/** Brings a database from the schema that it has to the current one: numbered steps, forward only. */
import type { DatabaseSync } from "node:sqlite";
import type { Logger } from "../../core/contract/logger.ts";
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
 * The SQL that makes schema n out of schema n − 1, or what else does, within the transaction of all; n is its place in the
 * list, from 1.
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
 * Makes the schema of a new database: whole at once, so that whoever comes meanwhile takes none for one of an earlier program.
 * Gives whether any database is current.
 *
 * @throws DatabaseFileError when the schema is newer than this program; nothing has been changed.
 */
export function begin(database: DatabaseSync, file: string, steps: readonly Migration[]): boolean {
  if (known(database, file, steps) === 0) runSteps(database, file, steps);
  return known(database, file, steps) === steps.length;
}

/**
 * Brings a database that holds something to the current schema, after a backup: whole or not at all. What has been stopped
 * in the middle is what it was, an earlier program's, whose backup is the one that the next attempt makes in its place.
 *
 * @param database The only connection there is.
 * @param log Where the operator reads how far it is.
 * @throws DatabaseFileError as `begin` does, and when there can be no backup.
 */
export async function migrate(
  database: DatabaseSync,
  file: string,
  steps: readonly Migration[],
  log?: Pick<Logger, "info" | "warn">,
): Promise<void> {
  const found = known(database, file, steps);
  if (found === steps.length) return;
  const from = { database: file, schema: found, newSchema: steps.length };
  log?.warn("the database is an earlier program's: it is backed up and changed, which takes a while", from);
  const backup = await backUp(database, file, found);
  log?.info("the backup is made; remove it when this program has proven itself", { backup });
  runSteps(database, file, steps, (schema) => log?.info("a step is done", { database: file, schema }));
  log?.info("the database has the newer schema", { database: file, schema: steps.length });
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

/** All that have not been run. @param done Is told of each, by the schema that it comes to. */
function runSteps(
  database: DatabaseSync,
  file: string,
  steps: readonly Migration[],
  done: (schema: number) => void = () => {},
): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    // Another process may have been quicker.
    for (let schema = pragma(database, "user_version"); schema < steps.length;) {
      const step = steps[schema++];
      if (typeof step === "string") database.exec(step);
      else step?.(database, file);
      database.exec(`PRAGMA user_version = ${schema}`);
      done(schema);
    }
    database.exec("COMMIT");
  } catch (error) {
    // SQLite has taken some transactions back itself, when the disk was full.
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}
