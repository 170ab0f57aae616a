/** GETACL (RFC 4314 §3.3). */
import { openMailbox } from "../access.ts";
import { entriesOf } from "../acl.ts";
import { type Command, command } from "../command.ts";
import { expectMailboxArgument } from "../grammar/mailbox_arguments.ts";
import { printName } from "../printing/mailbox_names.ts";
import { ResponseBuilder } from "../printing/response_builder.ts";
import { printRights } from "../printing/rights.ts";
import { printAstring } from "../printing/strings.ts";
import { ok } from "../replies.ts";
import { loggedIn } from "../state.ts";

/** The command. */
export const getAcl: Command = command({
  states: loggedIn,
  parse(scanner) {
    scanner.expectSpace();
    return expectMailboxArgument(scanner);
  },
  async run(session, { user }, given) {
    const { connection, nameForm, service, stringMode } = session;
    const { mailbox, name } = await openMailbox(service.context.storage, user, given, "a");
    const entries = await entriesOf(service.context, mailbox);
    const list = entries.map(({ identifier, rights }) =>
      ` ${printAstring(identifier, stringMode)} ${printRights(rights)}`
    );
    new ResponseBuilder(connection.writer).text(`* ACL ${printName(name, nameForm)}${list.join("")}`).end();
    return { reply: ok("That is all") };
  },
});
