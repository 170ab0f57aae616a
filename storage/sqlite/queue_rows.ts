/** Rows of the queue, and what the contract makes of them. */
import type { QueueId } from "../../core/contract/identifiers.ts";
import type { QueueEntry } from "../../core/contract/queue.ts";
import { withRecipients } from "../common/queue.ts";
import { bodyId } from "./rows.ts";

/** Of `queue`. */
export interface QueueRow {
  /** Its key. */
  readonly id: number;
  /** Lower case. */
  readonly domain: string;
  /** The message's id. */
  readonly message: string;
  /** JSON, without recipients. */
  readonly envelope: string;
  /** JSON. */
  readonly recipients: string;
  /** Key of the body. */
  readonly body: number;
  /** Milliseconds. */
  readonly queuedAt: number;
  /** Milliseconds. */
  readonly dueAt: number;
  /** How often it was tried. */
  readonly attempts: number;
  /** 1 or 0. */
  readonly isWarned: number;
  /** Whose it is; null: nobody's. */
  readonly runner: string | null;
  /** Milliseconds: when it can be claimed. */
  readonly readyAt: number;
}

/** The entry of a row. */
export function entryOf(row: QueueRow): QueueEntry {
  const { id, domain, message, envelope, body, queuedAt, dueAt, attempts, isWarned, runner, readyAt } = row;
  const entry = {
    id: queueId(id),
    domain,
    envelope: JSON.parse(envelope),
    recipients: [],
    body: bodyId(body),
    message,
    queuedAt: new Date(queuedAt),
    dueAt: new Date(dueAt),
    attempts,
    isWarned: isWarned === 1,
    ...runner !== null && { claim: { runner, until: new Date(readyAt) } },
  };
  return withRecipients(entry, JSON.parse(row.recipients));
}

/** The name of an entry with this key. */
function queueId(key: number): QueueId {
  return String(key) as QueueId;
}
