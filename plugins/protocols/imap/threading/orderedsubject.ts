/** THREAD ORDEREDSUBJECT (RFC 5256 §3): messages with the same base subject are a thread. */
import type { Thread } from "./thread.ts";
import type { Threadable } from "./threadable.ts";

/** The threads. @param messages In the order of the mailbox, which decides where dates are the same (RFC 5256 §2.2). */
export function threadsBySubject(messages: readonly Threadable[]): Thread[] {
  // Sorting is stable: messages stay in the order of the mailbox where dates are the same.
  const byDate = messages.toSorted((left, right) => left.sentAt - right.sentAt);
  const bySubject = Map.groupBy(byDate, ({ subject }) => subject);
  // A group comes where its first message is: the threads are in order already.
  return Array.from(bySubject.values(), ([first, ...others]) => ({
    number: first?.number,
    // RFC 5256 §3: there are no grandchildren.
    children: others.map(({ number }) => ({ number, children: [] })),
  }));
}
