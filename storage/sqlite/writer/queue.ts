/** The queue, as the writer changes it. */
import type { DatabaseSync } from "node:sqlite";
import type { NewQueueEntry, QueueEntry, QueueOperation } from "../../../core/contract/queue.ts";
import { ofRunner } from "../../common/queue.ts";
import { entryOf, type QueueRow } from "../queue_rows.ts";
import { keyOf } from "../rows.ts";
import { Statement } from "../statement.ts";
import type { Bodies, NewBody } from "./bodies.ts";

type OperationOf<Does extends QueueOperation["do"]> = Extract<QueueOperation, { readonly do: Does }>;

/** Its table. */
export class Queue {
  readonly #bodies: Bodies;
  readonly #insert: Statement<QueueRow>;
  readonly #find: Statement<QueueRow>;
  readonly #claim: Statement<QueueRow>;
  readonly #extend: Statement;
  readonly #delay: Statement;
  readonly #reschedule: Statement;
  readonly #remove: Statement;

  /** Over an open database. */
  constructor(database: DatabaseSync, bodies: Bodies) {
    const prepare = <Row>(sql: string) => new Statement<Row>(database, sql);
    this.#bodies = bodies;
    this.#insert = prepare(
      `INSERT INTO queue (domain, message, envelope, recipients, body, queuedAt, dueAt, readyAt)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7) RETURNING *`,
    );
    this.#find = prepare("SELECT * FROM queue WHERE id = ?");
    this.#claim = prepare(
      `UPDATE queue SET runner = ?1, readyAt = ?2 WHERE id IN (
         SELECT id FROM queue WHERE readyAt <= ?3 AND domain NOT IN (SELECT value FROM json_each(?4))
           ORDER BY readyAt, id LIMIT 0 + ?5
       ) RETURNING *`,
    );
    this.#extend = prepare("UPDATE queue SET readyAt = ? WHERE runner = ? AND id = ?");
    this.#delay = prepare("UPDATE queue SET dueAt = ?1, readyAt = ?1, runner = NULL WHERE id = ?2");
    this.#reschedule = prepare(
      "UPDATE queue SET recipients = ?, isWarned = ?, attempts = attempts + 1 WHERE id = ?",
    );
    this.#remove = prepare("DELETE FROM queue WHERE id = ?");
  }

  /** @throws Refusal `not-found`. */
  enqueue(entry: NewQueueEntry, fresh: ReadonlyMap<number, NewBody>): QueueEntry {
    const { domain, message, envelope: { recipients: _, ...envelope }, recipients, queuedAt, dueAt } = entry;
    const body = keyOf(entry.body);
    this.#bodies.name(body, fresh);
    const texts = [domain, message, JSON.stringify(envelope), JSON.stringify(recipients)] as const;
    const row = this.#insert.get(...texts, body, queuedAt.getTime(), dueAt.getTime());
    if (row === undefined) throw new Error("an inserted entry of the queue gave no row");
    return entryOf(row);
  }

  /** What is due and nobody's. */
  claim({ runner, most, until, exceptDomains = [] }: OperationOf<"claimQueued">, now: number): QueueEntry[] {
    return this.#claim.all(runner, until.getTime(), now, JSON.stringify(exceptDomains), most).map(entryOf);
  }

  /** Leases of a runner end at another time. */
  extend({ runner, entries, until }: OperationOf<"extendClaims">): void {
    for (const entry of entries) this.#extend.run(until.getTime(), runner, keyOf(entry));
  }

  /** @throws Refusal `not-found`, `conflict`. */
  reschedule(operation: OperationOf<"reschedule">, now: number): void {
    const { id } = this.#ofRunner(operation, now);
    this.#delay.run(operation.dueAt.getTime(), id);
    const { attempt } = operation;
    if (attempt === undefined) return;
    this.#reschedule.run(JSON.stringify(attempt.recipients), attempt.isWarned ? 1 : 0, id);
  }

  /** Gives back its body, whose octets may be garbage then. @throws Refusal `not-found`, `conflict`. */
  dequeue(operation: OperationOf<"dequeue">, now: number): void {
    const { id, body } = this.#ofRunner(operation, now);
    this.#remove.run(id);
    this.#bodies.release([body]);
  }

  #ofRunner(operation: OperationOf<"reschedule" | "dequeue">, now: number): { id: number; body: number } {
    const row = this.#find.get(keyOf(operation.entry));
    const { id, body } = ofRunner(row && entryOf(row), operation, now);
    return { id: keyOf(id), body: keyOf(body) };
  }
}
