/** CLOSE and UNSELECT (RFC 9051 §6.4.1 and §6.4.2, RFC 3691). */
import { hasRights } from "../access.ts";
import { type Command, command, noArguments } from "../command.ts";
import { ok } from "../replies.ts";
import { allKnown, expungeDeleted } from "../expunge_deleted.ts";

/** CLOSE: what is marked `\Deleted` is removed, and nothing is told of it. */
export const close: Command = command({
  states: ["selected"],
  parse: noArguments,
  async run(session, { user, mailbox }) {
    // RFC 9051 §6.4.1: not when the mailbox is read-only; RFC 4314 §4: not without the right, and no error either.
    if (!mailbox.selection.isReadOnly && hasRights(mailbox.selection, "e")) {
      await expungeDeleted(session, mailbox, allKnown(mailbox));
    }
    // RFC 7162 §3.2.8: no HIGHESTMODSEQ, for the client has not been told what went.
    return { reply: ok("Closed"), state: { name: "authenticated", user } };
  },
});

/** UNSELECT: the same, and nothing is removed. */
export const unselect: Command = command({
  capabilities: ["UNSELECT"],
  states: ["selected"],
  parse: noArguments,
  run: (_session, { user }) => ({ reply: ok("No mailbox is selected"), state: { name: "authenticated", user } }),
});
