/** EXPUNGE (RFC 9051 §6.4.3) and UID EXPUNGE (RFC 4315 §2.1). */
import type { UidSet } from "../../../../core/contract/mod.ts";
import { requireRights } from "../access.ts";
import { type Command, command, noArguments, type Outcome } from "../command.ts";
import { allKnown, deletedWithinLimit, expungeDeleted, tellExpunged } from "../expunge_deleted.ts";
import { requireWritable } from "../failures.ts";
import { expectSetArgument } from "../grammar/mailbox_arguments.ts";
import { type LimitReached, replyWithin } from "../message_limit.ts";
import { uidsOf } from "../named_messages.ts";
import { ok } from "../replies.ts";
import type { SelectedMailbox } from "../selected_mailbox.ts";
import type { Session } from "../session.ts";

/** EXPUNGE. */
export const expunge: Command = command({
  states: ["selected"],
  parse: noArguments,
  // RFC 9738 §3.1: without a limit, and so is CLOSE.
  run: (session, { mailbox }) => expungeAmong(session, mailbox, allKnown(mailbox)),
});

/** UID EXPUNGE. */
export const uidExpunge: Command = command({
  capabilities: ["UIDPLUS"],
  states: ["selected"],
  parse(scanner) {
    scanner.expectSpace();
    return expectSetArgument(scanner);
  },
  async run(session, { mailbox }, set) {
    const { uids, reached } = await deletedWithinLimit(session, mailbox, uidsOf(mailbox, set, "uid"));
    return await expungeAmong(session, mailbox, uids, reached);
  },
});

async function expungeAmong(
  session: Session,
  mailbox: SelectedMailbox,
  uids: UidSet,
  reached?: LimitReached,
): Promise<Outcome> {
  requireWritable(mailbox.selection);
  requireRights(mailbox.selection, "e");
  const isAny = await expungeDeleted(session, mailbox, uids);
  const reply = isAny ? ok("Expunged", await tellExpunged(session, mailbox)) : ok("Nothing was to be expunged");
  return { reply: replyWithin(session, reached, reply) };
}
