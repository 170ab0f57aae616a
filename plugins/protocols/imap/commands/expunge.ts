/** EXPUNGE (RFC 9051 §6.4.3) and UID EXPUNGE (RFC 4315 §2.1). */
import type { UidSet } from "../../../../core/contract/mod.ts";
import { requireRights } from "../access.ts";
import { type Command, command, noArguments, type Outcome } from "../command.ts";
import { allKnown, expungeDeleted, tellExpunged } from "../expunge_deleted.ts";
import { requireWritable } from "../failures.ts";
import { expectSequenceSet } from "../grammar/sequence_set.ts";
import { uidsOf } from "../named_messages.ts";
import { ok } from "../replies.ts";
import type { SelectedMailbox } from "../selected_mailbox.ts";
import type { Session } from "../session.ts";

/** EXPUNGE. */
export const expunge: Command = command({
  states: ["selected"],
  parse: noArguments,
  run: (session, { mailbox }) => expungeAmong(session, mailbox, allKnown(mailbox)),
});

/** UID EXPUNGE. */
export const uidExpunge: Command = command({
  capabilities: ["UIDPLUS"],
  states: ["selected"],
  parse(scanner) {
    scanner.expectSpace();
    const set = expectSequenceSet(scanner);
    scanner.expectEnd();
    return set;
  },
  run: (session, { mailbox }, set) => expungeAmong(session, mailbox, uidsOf(mailbox, set, "uid")),
});

async function expungeAmong(session: Session, mailbox: SelectedMailbox, uids: UidSet): Promise<Outcome> {
  requireWritable(mailbox.selection);
  requireRights(mailbox.selection, "e");
  if (!await expungeDeleted(session, mailbox, uids)) return { reply: ok("Nothing was to be expunged") };
  return { reply: ok("Expunged", await tellExpunged(session, mailbox)) };
}
