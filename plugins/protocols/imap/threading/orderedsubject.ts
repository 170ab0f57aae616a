/** THREAD ORDEREDSUBJECT (RFC 5256 §3): messages with the same base subject are a thread. */
import { sortSteps, type Steps, STRIDE } from "../steps.ts";
import type { Thread } from "./thread.ts";
import type { Threadable } from "./threadable.ts";

/** The threads. @param messages In the order of the mailbox, which decides where dates are the same (RFC 5256 §2.2). */
export function* threadsBySubject(messages: readonly Threadable[]): Steps<Thread[]> {
  // Sorting is stable: messages stay in the order of the mailbox where dates are the same.
  const byDate = yield* sortSteps(messages, (left, right) => left.sentAt - right.sentAt);
  const bySubject = new Map<string, { readonly number: number; readonly children: Thread[] }>();
  for (const [place, { subject, number }] of byDate.entries()) {
    if (place % STRIDE === 0) yield;
    const first = bySubject.get(subject);
    // RFC 5256 §3: there are no grandchildren.
    if (first === undefined) bySubject.set(subject, { number, children: [] });
    else first.children.push({ number, children: [] });
  }
  // A thread comes where its first message is: they are in order already.
  return [...bySubject.values()];
}
