/**
 * SFLD: the session goes on with another folder. It is what QUIT and another login would be: what is marked in the folder
 * that is left is removed, durably, before the answer; where that fails, nothing has changed.
 */
import { type Access, hasRights, rightsOf } from "../../../core/mailboxes/access.ts";
import type { Command } from "../pop3/command.ts";
import type { Maildrop, MaildropSettings } from "../pop3/maildrop/maildrop.ts";
import { ok } from "../pop3/replies.ts";
import type { Session } from "../pop3/session.ts";
import { oneFolder } from "./arguments.ts";
import { verb } from "./command.ts";
import type { FolderLocks } from "./folder_locks.ts";
import { openFolder } from "./folders.ts";
import { Refused } from "./reasons.ts";

/** SFLD, of a service with these locks. */
export function selectFolder(locks: FolderLocks): readonly [string, Command] {
  return verb({
    verb: "SFLD",
    usage: "folder",
    parse: oneFolder,
    async run(session, maildrop, name) {
      const { service: { context: { storage } }, connection: { log } } = session;
      const { mailbox } = await openFolder(storage, maildrop, name, "r");
      const hold = await locks.hold(mailbox.id, session);
      if (hold === undefined) throw new Refused("inUse");
      await using held = new AsyncDisposableStack();
      held.use(hold);
      const { removed } = await maildrop.commit();
      const next = await maildrop.beside(mailbox, settingsOf(session, maildrop, mailbox), hold);
      held.move();
      await maildrop.leave();
      log.debug("folder selected", { folder: name, messages: next.count, removed });
      // As STAT has it.
      return {
        reply: ok(`${next.visibleCount} ${next.visibleOctets}`),
        state: { name: "transaction", maildrop: next },
      };
    },
  });
}

/** What POP3 does at the end of sessions it does to INBOX; in folders mail is kept. */
function settingsOf(
  { service: { context, options, keepsLast } }: Session,
  { account }: Maildrop,
  mailbox: Access["mailbox"],
): Omit<MaildropSettings, "view"> {
  const { storage } = context, now = context.now();
  if (mailbox.account !== account) {
    // RFC 4314 §4: removing takes what STORE \Deleted and EXPUNGE take; the owner may have changed that meanwhile.
    const mayRemove = async () => {
      const there = await storage.mailbox(mailbox.id);
      return there !== undefined && hasRights({ rights: rightsOf(there, account) }, "te");
    };
    return { expire: "never", now, mayRemove };
  }
  const { expire, popped } = options;
  return mailbox.name === "INBOX" ? { expire, popped, keepsLast, now } : { expire: "never", now };
}
