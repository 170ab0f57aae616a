/** When mail that cannot be delivered is tried again, and when nobody tries any more (RFC 5321 §4.5.4.1). Pure. */
import type { QueueEntry } from "../contract/queue.ts";

/** As the configuration has it; milliseconds. */
export interface Schedule {
  /** The wait after a first attempt; each one after it doubles the wait. */
  readonly retry: number;
  /** How long a message is tried. */
  readonly giveUp: number;
  /** After what time its sender is told that it is late; 0: never. */
  readonly warnAfter: number;
}

/** RFC 5321 §4.5.4.1: one attempt every two or three hours, once the first few have failed. */
const longestWait = 3 * 60 * 60 * 1000;

/** When an entry is tried next, after an attempt that has ended now; the last time is when it is given up. */
export function nextAttempt(entry: Pick<QueueEntry, "attempts" | "queuedAt">, schedule: Schedule, now: Date): Date {
  const wait = Math.min(schedule.retry * 2 ** Math.min(entry.attempts, 32), Math.max(longestWait, schedule.retry));
  return new Date(Math.min(now.getTime() + wait, Math.max(givenUpAt(entry, schedule).getTime(), now.getTime())));
}

/** When nobody tries any more. */
export function givenUpAt({ queuedAt }: Pick<QueueEntry, "queuedAt">, { giveUp }: Schedule): Date {
  return new Date(queuedAt.getTime() + giveUp);
}

/** Whether an attempt that has ended now was the last. */
export function isOver(entry: Pick<QueueEntry, "queuedAt">, schedule: Schedule, now: Date): boolean {
  return now >= givenUpAt(entry, schedule);
}

/** Whether the sender is to be told now that the message is late. */
export function isLate({ queuedAt, isWarned }: QueueEntry, { warnAfter }: Schedule, now: Date): boolean {
  return warnAfter > 0 && !isWarned && now.getTime() >= queuedAt.getTime() + warnAfter;
}
