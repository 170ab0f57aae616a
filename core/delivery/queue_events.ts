/** What observers are told of the queue: an event for each recipient. */
import type { QueueEvent } from "../contract/observers.ts";
import type { QueueEntry } from "../contract/queue.ts";
import type { EventSink } from "../observe/observation.ts";

/** What an event says of a recipient of an entry. */
export function queueEvent(
  { id: entry, envelope: { sender }, attempts }: QueueEntry,
  recipient: string,
  at: Date,
  reply?: string,
): QueueEvent {
  return { at, entry, sender, recipient, attempts, ...reply !== undefined && { reply } };
}

/** Entries are on disk. */
export function tellQueued(entries: readonly QueueEntry[], events: EventSink): void {
  if (!events.has("queued")) return;
  for (const entry of entries) {
    for (const recipient of entry.envelope.recipients) {
      events.tell("queued", queueEvent(entry, recipient, entry.queuedAt));
    }
  }
}
