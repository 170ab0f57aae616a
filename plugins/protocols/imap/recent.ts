/** `\Recent` (RFC 3501 §2.3.2): each message is recent in the first session that is told of it, and in no other. */
import { Refusal } from "../../../core/contract/mod.ts";
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
  if (session.extensions.isRev2 || recentFrom !== undefined && recentFrom > last) return;
  const from = mailbox.selection.isReadOnly ? recentFrom ?? first : await take(session, mailbox, last) ?? first;
  mailbox.addRecent(Math.max(from, first), last);
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
