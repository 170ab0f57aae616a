/** Removes what is marked `\Deleted` (RFC 9051 §6.4.3). */
import type { UidSet } from "../../../core/contract/mod.ts";
import type { SelectedMailbox } from "./selected_mailbox.ts";
import type { Session } from "./session.ts";

/** Messages that are looked at at a time. */
const PAGE = 1000;

/** Removes them, of these UIDs only where some are given. The session is told of it as of any other change. */
export async function expungeDeleted(session: Session, mailbox: SelectedMailbox, uids?: UidSet): Promise<void> {
  const { storage } = session.service.context;
  const last = mailbox.lastUid;
  const found: number[] = [];
  for (let after = 0, more = true; more;) {
    const page = await storage.messages(mailbox.id, { after, most: PAGE, ...uids && { uids } });
    // What has come since is not the client's to remove: it has not been told of it.
    for (const { uid, flags } of page.messages) if (uid <= last && flags.includes("\\Deleted")) found.push(uid);
    after = page.messages.at(-1)?.uid ?? after;
    more = page.more && after < last;
  }
  if (found.length > 0) await storage.apply([{ do: "expunge", mailbox: mailbox.id, uids: found }]);
  mailbox.isStale = true;
}
