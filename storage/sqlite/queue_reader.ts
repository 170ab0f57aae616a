/** Reads of the queue: short queries in the thread that asks. */
import type { DatabaseSync } from "node:sqlite";
import type { QueueEntry } from "../../core/contract/queue.ts";
import { entryOf, type QueueRow } from "./queue_rows.ts";
import { limit } from "./rows.ts";
import { Statement } from "./statement.ts";

/** Sees what is committed. */
export class QueueReader {
  readonly #entry: Statement<QueueRow>;
  readonly #entries: Statement<QueueRow>;
  readonly #next: Statement<{ readonly readyAt: number }>;

  /** Over a connection that reads. */
  constructor(database: DatabaseSync) {
    const prepare = <Row>(sql: string) => new Statement<Row>(database, sql);
    this.#entry = prepare("SELECT * FROM queue WHERE id = ?");
    this.#entries = prepare("SELECT * FROM queue WHERE id > ? ORDER BY id LIMIT 0 + ?");
    this.#next = prepare("SELECT readyAt FROM queue WHERE readyAt > ? ORDER BY readyAt LIMIT 1");
  }

  /** One. */
  entry(key: number): QueueEntry | undefined {
    const row = this.#entry.get(key);
    return row && entryOf(row);
  }

  /** In the order in which they came. */
  entries(after: number, most: number): QueueEntry[] {
    return this.#entries.all(after, limit(most)).map(entryOf);
  }

  /** The first time after this one at which an entry can be claimed. */
  nextDue(after: Date): Date | undefined {
    const row = this.#next.get(after.getTime());
    return row && new Date(row.readyAt);
  }
}
