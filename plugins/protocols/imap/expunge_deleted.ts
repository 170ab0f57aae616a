/** Removes what is marked `\Deleted` (RFC 9051 §6.4.3). */
import type { UidSet } from "../../../core/contract/mod.ts";
import { limitReached, messageLimit, type WithinLimit, withinLimit } from "./message_limit.ts";
import { knownUids } from "./named_messages.ts";
import type { SelectedMailbox } from "./selected_mailbox.ts";
import type { Session } from "./session.ts";

/** Messages that are looked at a time. */
const PAGE = 1000;

/**
 * Removes them in one step, so that nothing goes whose mark another session takes away meanwhile. The client is told of it
 * as of any other change.
 *
 * @param uids Of messages that the client knows: what has come since is not its to remove. @returns Whether any went.
 */
export async function expungeDeleted(session: Session, mailbox: SelectedMailbox, uids: UidSet): Promise<boolean> {
  const { storage } = session.service.context;
  const [expunged] = await storage.apply([{ do: "expunge", mailbox: mailbox.id, uids, onlyDeleted: true }]);
  if (expunged.uids.length === 0) return false;
  mailbox.expunged(expunged);
  return true;
}

/** RFC 9738 §3.1: of UID EXPUNGE those count that are marked. */
export async function deletedWithinLimit(
  session: Session,
  mailbox: SelectedMailbox,
  uids: UidSet,
): Promise<WithinLimit> {
  if (withinLimit(session, mailbox, uids).reached === undefined) return { uids };
  const most = messageLimit(session), known = knownUids(mailbox, uids), deleted: number[] = [];
  for (let end = known.length; end > 0 && deleted.length <= most; end -= PAGE) {
    const page = known.slice(Math.max(0, end - PAGE), end);
    const { messages } = await session.service.context.storage.messages(mailbox.id, { uids: page });
    deleted.unshift(...messages.filter(({ flags }) => flags.includes("\\Deleted")).map(({ uid }) => uid));
  }
  if (deleted.length <= most) return { uids };
  const last = deleted.slice(-most);
  return { uids: last, reached: limitReached(session, last[0]) };
}

/** All that the client knows. */
export function allKnown({ lastUid }: SelectedMailbox): UidSet {
  return lastUid === 0 ? [] : [[1, lastUid]];
}

/**
 * RFC 7162 §3.2.7, §3.2.9, RFC 8508 §4.5: once messages are gone by a command, the client is told of it, and then up to
 * which mod-sequence it has been told of everything.
 *
 * @returns The response code; undefined where the client knows nothing of mod-sequences.
 */
export async function tellExpunged(session: Session, mailbox: SelectedMailbox): Promise<string | undefined> {
  const code = await tellMoved(session, mailbox);
  return session.extensions.hasModseq ? code : undefined;
}

/** The same of messages that are elsewhere now. @returns The response code: RFC 6851 §4.4 has it for every client. */
export async function tellMoved(session: Session, mailbox: SelectedMailbox): Promise<string> {
  await session.tell("result");
  mailbox.owesModseq = false;
  return `HIGHESTMODSEQ ${mailbox.toldModseq}`;
}
