/** What operations do to the queue in memory, and what can be read of it. */
import type { QueueId } from "../../core/contract/identifiers.ts";
import type { NewQueueEntry, QueueEntry, QueueOperation } from "../../core/contract/queue.ts";
import { ofRunner, withRecipients } from "../common/queue.ts";
import { release } from "./messages.ts";
import type { Changes, State } from "./state.ts";

type OperationOf<Does extends QueueOperation["do"]> = Extract<QueueOperation, { readonly do: Does }>;

/** An entry comes in, and its body is kept for it. @throws Refusal `not-found`. */
export function enqueue(state: State, changes: Changes, entry: NewQueueEntry): QueueEntry {
  const stored = state.body(entry.body);
  changes.assign(stored, { references: stored.references + 1 });
  const id = String(state.nextId()) as QueueId;
  const made = withRecipients({ ...structuredClone(entry), id, attempts: 0, isWarned: false }, entry.recipients);
  changes.set(state.queue, id, made);
  return made;
}

/** Takes what is due. */
export function claim(state: State, changes: Changes, operation: OperationOf<"claimQueued">, now: Date): QueueEntry[] {
  const { runner, most, until, exceptDomains = [] } = operation;
  const isDue = (entry: QueueEntry) => readyAt(entry) <= now.getTime() && !exceptDomains.includes(entry.domain);
  const due = entriesOf(state).filter(isDue);
  return due.sort((a, b) => readyAt(a) - readyAt(b)).slice(0, most).map((entry) => {
    const claimed = { ...entry, claim: { runner, until } };
    changes.set(state.queue, entry.id, claimed);
    return claimed;
  });
}

/** Leases of a runner end at another time. */
export function extendClaims(state: State, changes: Changes, operation: OperationOf<"extendClaims">): void {
  const { runner, until } = operation;
  for (const id of operation.entries) {
    const entry = state.queue.get(id);
    if (entry?.claim?.runner === runner) changes.set(state.queue, id, { ...entry, claim: { runner, until } });
  }
}

/** Another time. @throws Refusal `not-found`, `conflict`. */
export function reschedule(state: State, changes: Changes, operation: OperationOf<"reschedule">, now: Date): void {
  const { dueAt, attempt } = operation;
  const { claim: _, ...entry } = ofRunner(state.queue.get(operation.entry), operation, now.getTime());
  const next = { ...entry, dueAt };
  changes.set(
    state.queue,
    entry.id,
    attempt === undefined ? next : withRecipients(
      { ...next, attempts: entry.attempts + 1, isWarned: attempt.isWarned },
      attempt.recipients,
    ),
  );
}

/** An entry goes, and its body with it where nobody else has that. @throws Refusal `not-found`, `conflict`. */
export function dequeue(state: State, changes: Changes, operation: OperationOf<"dequeue">, now: Date): void {
  const { id, body } = ofRunner(state.queue.get(operation.entry), operation, now.getTime());
  changes.delete(state.queue, id);
  release(state, changes, body);
}

/** In the order in which they came. */
export function entriesOf(state: State): QueueEntry[] {
  return [...state.queue.values()].sort((a, b) => Number(a.id) - Number(b.id));
}

/** When an entry can be claimed: when it is due, or when a lease ends. */
export function readyAt({ dueAt, claim }: QueueEntry): number {
  return (claim?.until ?? dueAt).getTime();
}
