/** What was parsed of messages, many at a time. Messages may be expunged while somebody looks through their mailbox. */
import type { BodyId, MessageSummary, Storage } from "../../../../core/contract/mod.ts";
import { Refusal } from "../../../../core/contract/mod.ts";

/** These parts of summaries, in the order of the bodies; undefined for those that are gone meanwhile. */
export async function summariesOf<Part extends keyof MessageSummary = keyof MessageSummary>(
  storage: Storage,
  bodies: readonly BodyId[],
  parts?: readonly Part[],
): Promise<readonly (Pick<MessageSummary, Part> | undefined)[]> {
  if (bodies.length === 0) return [];
  const all = await unlessGone(storage.summaries(bodies, parts));
  return all ?? await Promise.all(bodies.map((body) => unlessGone(storage.summary(body))));
}

/** What is read of a message; undefined when it is gone, or, if that may be, cannot be read for now. */
export async function unlessGone<Value>(reading: Promise<Value>, mayBeUnread = false): Promise<Value | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.kind === "not-found" || mayBeUnread && error.kind === "unavailable") return undefined;
    throw error;
  }
}
