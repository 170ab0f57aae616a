/** NAMESPACE (RFC 2342, RFC 9051 §6.3.10). */
import { othersPrefix } from "../access.ts";
import { type Command, command, noArguments } from "../command.ts";
import { printQuotedName } from "../printing/mailbox_names.ts";
import { ok } from "../replies.ts";
import { loggedIn } from "../state.ts";

/** The command. */
export const namespace: Command = command({
  capabilities: ["NAMESPACE"],
  states: loggedIn,
  parse: noArguments,
  run(session) {
    // One's own mailboxes are at the root, those of others below their prefix; none belong to nobody.
    session.untagged(`NAMESPACE (("" "/")) ((${printQuotedName(othersPrefix, session.nameForm)} "/")) NIL`);
    return { reply: ok("That is all") };
  },
});
