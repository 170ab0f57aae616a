/** DELETE (RFC 9051 §6.3.5). */
import type { Storage } from "../../../../core/contract/mod.ts";
import { nameInList } from "../../../../core/mailboxes/canonical_name.ts";
import { findMailbox, permitted } from "../access.ts";
import { type Command, command } from "../command.ts";
import { CommandRefused } from "../failures.ts";
import { expectMailboxArgument } from "../grammar/mailbox_arguments.ts";
import { tellNormalized } from "../new_names.ts";
import { ok } from "../replies.ts";
import { loggedIn, type User } from "../state.ts";
import { visibleMailboxes } from "../../../../core/mailboxes/visible_mailboxes.ts";

/** The command. */
export const deleteMailbox: Command = command({
  states: loggedIn,
  parse(scanner) {
    scanner.expectSpace();
    return expectMailboxArgument(scanner);
  },
  async run(session, state, name) {
    const { storage } = session.service.context;
    const found = await findMailbox(storage, state.user, name);
    if (found === undefined) await refuseLevel(storage, state.user, name);
    const { mailbox, listedAs } = permitted(found, "x");
    if (mailbox.name === "INBOX") throw new CommandRefused("INBOX cannot be deleted", "CANNOT");
    // RFC 9051 §6.3.5: what is below it stays.
    await storage.apply([{ do: "removeMailbox", mailbox: mailbox.id }]);
    session.notifications?.own.removed(mailbox.id);
    if (state.name === "selected" && state.mailbox.id === mailbox.id) session.deselect();
    tellNormalized(session, { name: listedAs, attributes: ["\\NonExistent"] }, name);
    return { reply: ok("Deleted") };
  },
});

/** RFC 9051 §6.3.5: a name that is only a level above others cannot be deleted. @throws CommandRefused. */
async function refuseLevel(storage: Storage, user: User, name: string): Promise<void> {
  const inferiors = `${await nameInList(storage, user, name)}/`;
  const visible = await visibleMailboxes(storage, user);
  if (!visible.some(({ listedAs }) => listedAs.startsWith(inferiors))) return;
  throw new CommandRefused("There are mailboxes below that name", "HASCHILDREN");
}
