/** Removes what is marked `\Deleted` (RFC 9051 §6.4.3). */
import type { UidSet } from "../../../core/contract/mod.ts";
import type { SelectedMailbox } from "./selected_mailbox.ts";
import type { Session } from "./session.ts";

/**
 * Removes them in one step, so that nothing goes whose mark another session takes away meanwhile. The client is told of it
 * as of any other change.
 *
 * @param uids Of messages that the client knows: what has come since is not its to remove. @returns Whether any went.
 */
export async function expungeDeleted(session: Session, mailbox: SelectedMailbox, uids: UidSet): Promise<boolean> {
  const { storage } = session.service.context;
  const [gone] = await storage.apply([{ do: "expunge", mailbox: mailbox.id, uids, onlyDeleted: true }]);
  mailbox.isStale = true;
  return gone.length > 0;
}

/** All that the client knows. */
export function allKnown({ lastUid }: SelectedMailbox): UidSet {
  return lastUid === 0 ? [] : [[1, lastUid]];
}

/**
 * RFC 7162 §3.2.7, §3.2.9, RFC 6851 §4.4, RFC 8508 §4.5: once messages are gone by a command, the client is told of it, and
 * then up to which mod-sequence it has been told of everything.
 *
 * @returns The response code; undefined where the client knows nothing of mod-sequences.
 */
export async function tellExpunged(session: Session, mailbox: SelectedMailbox): Promise<string | undefined> {
  mailbox.isStale = true;
  await session.tell("result");
  mailbox.owesModseq = false;
  return session.extensions.hasModseq ? `HIGHESTMODSEQ ${mailbox.toldModseq}` : undefined;
}
