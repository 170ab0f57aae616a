/** What a client has missed since it last had a mailbox open (RFC 7162 §3.2.5): in one round trip, however long ago. */
import type { UidSet } from "../../../core/contract/mod.ts";
import type { KnownState } from "./grammar/select_parameters.ts";
import { withoutKnown } from "./named_messages.ts";
import { printUidSet } from "./printing/sequence_sets.ts";
import type { SelectedMailbox } from "./selected_mailbox.ts";
import type { Session } from "./session.ts";
import { tellFlags } from "./tell.ts";
import { Turns } from "../../../core/wire/turns.ts";

/** Messages that are read at a time. */
const PAGE = 1000;

/**
 * Tells what is gone and what has changed. Every expunged UID is remembered for ever, so that what the client knows of
 * sequence numbers need not be looked at (§3.2.5.2).
 */
export async function tellMissed(session: Session, mailbox: SelectedMailbox, known: KnownState): Promise<void> {
  // §3.2.5: another UIDVALIDITY: what the client knows is of no mailbox that there is, and it sees that itself.
  if (known.uidValidity !== mailbox.uidValidity) return;
  const { storage } = session.service.context;
  const { writer } = session.connection;
  // §3.2.5.1: without known UIDs, all that were ever given.
  const uids: UidSet | undefined = known.uids;
  const turns = new Turns();
  for (let after = 0, more = true, isFirst = true; more; isFirst = false) {
    const page = await storage.messages(mailbox.id, {
      ...{ changedSince: known.modseq, after, most: PAGE },
      ...uids && { uids },
    });
    // §3.2.10.1: what is gone comes before what has changed.
    const gone = isFirst ? withoutKnown(mailbox, page.expunged) : [];
    if (gone.length > 0) session.untagged(`VANISHED (EARLIER) ${printUidSet(gone)}`);
    for (const message of page.messages) tellFlags(session, mailbox, message);
    after = page.messages.at(-1)?.uid ?? after;
    more = page.more;
    if (writer.isFull) await writer.flush();
    await turns.take();
  }
}
