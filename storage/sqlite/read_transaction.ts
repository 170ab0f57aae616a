/** Several reads of one moment's state. */
import type { DatabaseSync } from "node:sqlite";
import { Statement } from "./statement.ts";

/** On one connection. */
export class ReadTransaction {
  readonly #database: DatabaseSync;
  readonly #begin: Statement;
  readonly #end: Statement;

  /** Over a connection that reads. */
  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#begin = new Statement(database, "BEGIN");
    this.#end = new Statement(database, "COMMIT");
  }

  /** What is read by `work` is of the moment of its first read. */
  run<Result>(work: () => Result): Result {
    this.#begin.run();
    try {
      return work();
    } finally {
      // SQLite has taken some back itself, when the disk failed: why is what `work` has thrown.
      if (this.#database.isTransaction) this.#end.run();
    }
  }
}
