/** A prepared statement with the type of its rows, and the errors of SQLite. */
import type { DatabaseSync, SQLInputValue } from "node:sqlite";

/** A statement whose rows are what its SQL says: the one place where that is believed. */
export class Statement<Row = Record<never, never>> {
  readonly #statement: ReturnType<DatabaseSync["prepare"]>;

  /** Prepares it once. */
  constructor(database: DatabaseSync, sql: string) {
    this.#statement = database.prepare(sql);
  }

  /** The first row. */
  get(...values: SQLInputValue[]): Row | undefined {
    return this.#statement.get(...values) as Row | undefined;
  }

  /** All rows. */
  all(...values: SQLInputValue[]): Row[] {
    return this.#statement.all(...values) as Row[];
  }

  /** How many rows it changed. */
  run(...values: SQLInputValue[]): number {
    return Number(this.#statement.run(...values).changes);
  }
}

/** SQLite's primary result code of an error (sqlite.org/rescode.html); undefined when it is none of SQLite's. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("code" in error) || error.code !== "ERR_SQLITE_ERROR") return undefined;
  return "errcode" in error && typeof error.errcode === "number" ? error.errcode & 0xff : 1;
}

/** SQLITE_CONSTRAINT: what was asked for breaks a rule of the schema. */
export const CONSTRAINT = 19;

/** The value of a pragma that is a number. */
export function pragma(
  database: DatabaseSync,
  name: "application_id" | "user_version" | "page_count" | "freelist_count",
): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}
