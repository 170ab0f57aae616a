/** A prepared statement with the type of its rows, and the errors of SQLite. */
import type { DatabaseSync, SQLInputValue, SQLOutputValue } from "node:sqlite";

declare module "node:sqlite" {
  interface StatementSync {
    /** Rows are arrays from now on (Node.js 24; Deno has it, and not its type). */
    setReturnArrays(enabled: boolean): void;
  }
}

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

/** A statement that is asked for many rows: without a name for each value they are read in less than half the time. */
export class TupleStatement<Row extends readonly SQLOutputValue[]> {
  readonly #statement: ReturnType<DatabaseSync["prepare"]>;

  /** Prepares it once. */
  constructor(database: DatabaseSync, sql: string) {
    this.#statement = database.prepare(sql);
    this.#statement.setReturnArrays(true);
  }

  /** The first row. */
  get(...values: SQLInputValue[]): Row | undefined {
    return this.#statement.get(...values) as unknown as Row | undefined;
  }

  /** All rows. */
  all(...values: SQLInputValue[]): Row[] {
    return this.#statement.all(...values) as unknown as Row[];
  }
}

/** SQLite's primary result code of an error (sqlite.org/rescode.html); undefined when it is none of SQLite's. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("code" in error) || error.code !== "ERR_SQLITE_ERROR") return undefined;
  return "errcode" in error && typeof error.errcode === "number" ? error.errcode & 0xff : 1;
}

/** SQLITE_ERROR: the statement makes no sense here. */
export const ERROR = 1;

/** SQLITE_BUSY: another process is in the way. */
export const BUSY = 5;

/** SQLITE_CONSTRAINT: what was asked for breaks a rule of the schema. */
export const CONSTRAINT = 19;

/** SQLITE_CORRUPT: what is in the file makes no sense. */
export const CORRUPT = 11;

/** SQLITE_MISUSE: a statement, or the database, was used in a way that is none. */
export const MISUSE = 21;

/** The value of a pragma that is a number. */
export function pragma(
  database: DatabaseSync,
  name: "application_id" | "user_version" | "page_count" | "page_size" | "freelist_count",
): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}
