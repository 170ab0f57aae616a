/** What the selected mailbox holds, for a command: the storage is asked only for what the sessions do not know. */
import type { Message, MessagePage, MessageSelection, UidSet } from "../../../core/contract/mod.ts";
import { knownUids } from "./named_messages.ts";
import type { SelectedMailbox } from "./selected_mailbox.ts";
import type { Session } from "./session.ts";

/**
 * As sessions know it, or else as the storage has it. What is of a later state than the client has been told of is still to
 * be told (RFC 9051 §5.2).
 */
export async function readMessages(
  session: Session,
  mailbox: SelectedMailbox,
  select: MessageSelection,
): Promise<MessagePage> {
  const uids = fewUids(session, mailbox, select);
  const messages = uids && messagesKnown(session, mailbox, uids);
  if (messages !== undefined) return { messages, expunged: [], highestModseq: mailbox.toldModseq, more: false };
  return await stored(session, mailbox, select, uids !== undefined);
}

/**
 * As the storage has it at this moment, for those who leave undone what is done already: another process may have changed it
 * before this session hears of it.
 */
export async function storedMessages(
  session: Session,
  mailbox: SelectedMailbox,
  select: MessageSelection,
): Promise<MessagePage> {
  return await stored(session, mailbox, select, fewUids(session, mailbox, select) !== undefined);
}

async function stored(
  { service: { known, context: { storage } } }: Session,
  mailbox: SelectedMailbox,
  select: MessageSelection,
  areFew: boolean,
): Promise<MessagePage> {
  const page = await storage.messages(mailbox.id, select);
  mailbox.hasSeen(page.highestModseq);
  if (areFew) known.keep(mailbox.id, page.highestModseq, page.messages);
  return page;
}

/** These messages as they are; undefined where that is not known of all of them, or would be a moment old. */
export function messagesKnown(
  { service: { known, context: { storage } } }: Session,
  mailbox: SelectedMailbox,
  uids: readonly number[],
): readonly Message[] | undefined {
  if (!storage.tellsFirst || mailbox.isStale || mailbox.hasGone) return undefined;
  return known.get(mailbox.id, mailbox.toldModseq, uids);
}

/** The messages that are selected, where they are few enough to be kept and nothing else is asked of them. */
function fewUids(
  { service: { known, context: { storage } } }: Session,
  mailbox: SelectedMailbox,
  { uids, changedSince, after = 0, most = Infinity }: MessageSelection,
): readonly number[] | undefined {
  if (!storage.tellsFirst || uids === undefined || changedSince !== undefined) return undefined;
  const count = countOf(mailbox, uids);
  return count <= most && known.hasRoom(count) ? knownUids(mailbox, uids).filter((uid) => uid > after) : undefined;
}

/** How many messages the client knows in these ranges. */
function countOf(mailbox: SelectedMailbox, uids: UidSet): number {
  let count = 0;
  for (const item of uids) {
    const [from, to] = typeof item === "number" ? [item, item] : item;
    count += mailbox.placeOf(to + 1) - mailbox.placeOf(from);
  }
  return count;
}
