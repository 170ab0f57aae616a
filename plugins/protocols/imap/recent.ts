/** `\Recent` (RFC 3501 §2.3.2): each message is recent in the first session that is told of it, and in no other. */
import { type MailboxId, type Message, type Operation, Refusal } from "../../../core/contract/mod.ts";
import type { SelectedMailbox } from "./selected_mailbox.ts";
import type { Session } from "./session.ts";

/**
 * Of the messages between two UIDs, which the client is about to be told of, those become recent in this session that are
 * in no other. Clients of IMAP4rev2 are not told (RFC 9051 appendix E), and take none from others.
 *
 * @param recentFrom The mailbox's own, where it has been read.
 */
export async function takeRecent(
  session: Session,
  mailbox: SelectedMailbox,
  [first, last]: readonly [number, number],
  recentFrom?: number,
): Promise<void> {
  if (session.extensions.isRev2 || last <= mailbox.recentUids.last || recentFrom !== undefined && recentFrom > last) {
    return;
  }
  const from = mailbox.selection.isReadOnly ? recentFrom ?? first : await take(session, mailbox, last) ?? first;
  mailbox.recentUids.add(Math.max(from, first, mailbox.recentUids.last + 1), last);
}

/**
 * Appends messages. The session is told of those in its own mailbox, and of all before them, right after: they become recent
 * in it with the same commit.
 *
 * @returns The messages, in order.
 */
export async function appendAll(
  session: Session,
  target: MailboxId,
  appends: readonly (Operation & { readonly do: "append" })[],
): Promise<readonly Message[]> {
  const { storage } = session.service.context;
  const { state } = session;
  const own = state.name === "selected" && state.mailbox.id === target ? state.mailbox : undefined;
  if (own === undefined || own.selection.isReadOnly || session.extensions.isRev2) {
    return await storage.apply(appends);
  }
  const results = await storage.apply([...appends, { do: "takeRecent", mailbox: target }]);
  const made = results.filter((result) => typeof result !== "number");
  const from = results.find((result) => typeof result === "number") ?? Infinity;
  own.recentUids.add(Math.max(from, own.lastUid + 1), made.at(-1)?.uid ?? 0);
  return made;
}

/** Undefined while nothing can be written: who can not tell takes them for recent, and can read mail all the same. */
async function take(session: Session, mailbox: SelectedMailbox, last: number): Promise<number | undefined> {
  try {
    const [from] = await session.service.context.storage.apply([
      { do: "takeRecent", mailbox: mailbox.id, before: last + 1 },
    ]);
    return from;
  } catch (error) {
    if (error instanceof Refusal && error.kind === "unavailable") return undefined;
    throw error;
  }
}
