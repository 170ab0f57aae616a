/** STATUS (RFC 9051 §6.3.11). */
import { openMailbox } from "../access.ts";
import { type Command, command } from "../command.ts";
import { expectStatusArguments } from "../grammar/status_items.ts";
import { ok } from "../replies.ts";
import { loggedIn } from "../state.ts";
import { tellStatus } from "../status.ts";

/** The command. */
export const status: Command = command({
  capabilities: [
    "STATUS=SIZE",
    // RFC 7889 §2: the same for all mailboxes.
    ({ service }) => [`APPENDLIMIT=${service.context.limits.message}`],
  ],
  states: loggedIn,
  parse(scanner) {
    scanner.expectSpace();
    return expectStatusArguments(scanner);
  },
  async run(session, { user }, { mailbox, items }) {
    // RFC 4314 §4.
    await tellStatus(session, await openMailbox(session.service.context.storage, user, mailbox, "r"), items);
    return { reply: ok("That is all") };
  },
});
