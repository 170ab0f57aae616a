/** LISTRIGHTS (RFC 4314 §3.4): which rights an identifier has in any case, and which it may be given. */
import { allRights, openMailbox } from "../access.ts";
import { whoIs } from "../acl.ts";
import { type Command, command } from "../command.ts";
import { expectMailboxIdentifier } from "../grammar/acl_arguments.ts";
import { printName } from "../printing/mailbox_names.ts";
import { ResponseBuilder } from "../printing/response_builder.ts";
import { printRights } from "../printing/rights.ts";
import { printAstring } from "../printing/strings.ts";
import { ok } from "../replies.ts";
import { loggedIn } from "../state.ts";

/** RFC 4314 §3.7, §2.1.1: each by itself, and the obsolete ones as well. */
const single = [...printRights(allRights)].join(" ");

/** The command. */
export const listRights: Command = command({
  states: loggedIn,
  parse(scanner) {
    scanner.expectSpace();
    return expectMailboxIdentifier(scanner);
  },
  async run(session, { user }, { mailbox: given, identifier }) {
    const { connection, nameForm, service, stringMode } = session;
    const { mailbox, name } = await openMailbox(service.context.storage, user, given, "a");
    const isOwner = await whoIs(service.context, identifier) === mailbox.account;
    // RFC 4314 §3.4: the identifier as the client wrote it.
    const about = `${printName(name, nameForm)} ${printAstring(identifier, stringMode)}`;
    const rights = isOwner ? printRights(allRights) : `"" ${single}`;
    new ResponseBuilder(connection.writer).text(`* LISTRIGHTS ${about} ${rights}`).end();
    return { reply: ok("That is all") };
  },
});
