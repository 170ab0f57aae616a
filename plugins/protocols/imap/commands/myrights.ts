/** MYRIGHTS (RFC 4314 §3.5). */
import { findMailbox } from "../access.ts";
import { type Command, command } from "../command.ts";
import { CommandRefused } from "../failures.ts";
import { expectMailboxArgument } from "../grammar/mailbox_arguments.ts";
import { printName } from "../printing/mailbox_names.ts";
import { printRights } from "../printing/rights.ts";
import { ok } from "../replies.ts";
import { loggedIn } from "../state.ts";

/** The command. */
export const myRights: Command = command({
  states: loggedIn,
  parse(scanner) {
    scanner.expectSpace();
    return expectMailboxArgument(scanner);
  },
  async run(session, { user }, given) {
    const access = await findMailbox(session.service.context.storage, user, given);
    // RFC 4314 §4: one of these is needed.
    if (access === undefined || !/[lrikxa]/.test(access.rights)) {
      throw new CommandRefused("There is no such mailbox", "NONEXISTENT");
    }
    session.untagged(`MYRIGHTS ${printName(access.name, session.nameForm)} ${printRights(access.rights)}`);
    return { reply: ok("That is all") };
  },
});
