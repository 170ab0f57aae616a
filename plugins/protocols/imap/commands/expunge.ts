/** EXPUNGE (RFC 9051 §6.4.3) and UID EXPUNGE (RFC 4315 §2.1). */
import { requireRights } from "../access.ts";
import { type Command, command, noArguments } from "../command.ts";
import { expungeDeleted } from "../expunge_deleted.ts";
import { requireWritable } from "../failures.ts";
import { expectSetArgument } from "../grammar/mailbox_arguments.ts";
import { uidsOf } from "../named_messages.ts";
import { ok } from "../replies.ts";

/** EXPUNGE. */
export const expunge: Command = command({
  states: ["selected"],
  parse: noArguments,
  async run(session, { mailbox }) {
    requireWritable(mailbox.selection);
    requireRights(mailbox.selection, "e");
    await expungeDeleted(session, mailbox);
    return { reply: ok("Expunged") };
  },
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
    requireWritable(mailbox.selection);
    requireRights(mailbox.selection, "e");
    await expungeDeleted(session, mailbox, uidsOf(mailbox, set, "uid"));
    return { reply: ok("Expunged") };
  },
});
