/** What every storage does alike with the queue. */
import type { QueueClaim, QueueEntry, QueueOperation } from "../../core/contract/queue.ts";
import { Refusal } from "../../core/contract/refusal.ts";
import type { Operation } from "../../core/contract/storage.ts";

/** Whether there may be something to claim after an operation that was not there before. */
export function wakesQueue(operation: Operation): boolean {
  return operation.do === "enqueue" || operation.do === "reschedule" || operation.do === "extendClaims";
}

/** An entry to which an operation may be done. @throws Refusal `not-found`; `conflict` where it is somebody else's. */
export function ofRunner<Entry extends { readonly claim?: QueueClaim }>(
  entry: Entry | undefined,
  { do: does, runner }: QueueOperation & { readonly do: "reschedule" | "dequeue" },
  now: number,
): Entry {
  if (entry === undefined) throw new Refusal("not-found", "there is no such message in the queue");
  const { claim } = entry;
  const holder = claim === undefined || claim.until.getTime() <= now ? undefined : claim.runner;
  // A runner whose lease has run out goes on where nobody else has begun.
  const isIts = runner === undefined ? does === "dequeue" || holder === undefined : claim?.runner === runner;
  if (!isIts) throw new Refusal("conflict", "somebody else is carrying that message just now");
  return entry;
}

/** An entry with the recipients that it has left. */
export function withRecipients(entry: QueueEntry, recipients: QueueEntry["recipients"]): QueueEntry {
  return {
    ...entry,
    recipients,
    envelope: { ...entry.envelope, recipients: recipients.map(({ address }) => address) },
  };
}
