/** Several reads of one moment's state. */
import type { DatabaseSync } from "node:sqlite";
import { Statement } from "./statement.ts";

/** On one connection. */
export class ReadTransaction {
  readonly #begin: Statement;
  readonly #end: Statement;

  /** Over a connection that reads. */
  constructor(database: DatabaseSync) {
    this.#begin = new Statement(database, "BEGIN");
    this.#end = new Statement(database, "COMMIT");
  }

  /** What is read by `work` is of the moment of its first read. */
  run<Result>(work: () => Result): Result {
    this.#begin.run();
    try {
      return work();
    } finally {
      this.#end.run();
    }
  }
}
