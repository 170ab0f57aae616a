/** A server's database, opened by a test beside whatever else has it. */
import { DatabaseSync, type DatabaseSyncOptions } from "node:sqlite";

/** Milliseconds that it waits for others: a server commits when it likes, and the last that closes the file tidies it. */
const BUSY_TIMEOUT = 15_000;

/** Opens it: a lock that somebody else holds for a moment fails no test. */
export function openDatabase(file: string, options: DatabaseSyncOptions = {}): DatabaseSync {
  return new DatabaseSync(file, { timeout: BUSY_TIMEOUT, ...options });
}
