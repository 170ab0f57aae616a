/** GETQUOTAROOT (RFC 9208 §4.1.2). */
import type { Account, Storage } from "../../../../core/contract/mod.ts";
import { findMailbox, hasRights, permitted, placeOf, rightsOf } from "../access.ts";
import { type Command, command } from "../command.ts";
import { CommandRefused } from "../failures.ts";
import { expectMailboxArgument } from "../grammar/mailbox_arguments.ts";
import { nearestAbove } from "../../../../core/mailboxes/new_places.ts";
import { printName } from "../printing/mailbox_names.ts";
import { ResponseBuilder } from "../printing/response_builder.ts";
import { printAstring } from "../printing/strings.ts";
import { refuseAnonymous, tellQuota } from "../quota.ts";
import { ok } from "../replies.ts";
import { loggedIn, type User } from "../state.ts";

/** The command. */
export const getQuotaRoot: Command = command({
  states: loggedIn,
  parse(scanner) {
    scanner.expectSpace();
    return expectMailboxArgument(scanner);
  },
  async run(session, { user }, name) {
    const { connection, nameForm, service, stringMode } = session;
    refuseAnonymous(user);
    const owner = await ownerOf(service.context.storage, user, name);
    const root = printAstring(owner.address, stringMode);
    new ResponseBuilder(connection.writer).text(`* QUOTAROOT ${printName(name, nameForm)} ${root}`).end();
    await tellQuota(session, owner);
    return { reply: ok("That is all") };
  },
});

/** Whose quota a mailbox counts for, or would count for. @throws CommandRefused unless the user may see that. */
async function ownerOf(storage: Storage, user: User, name: string): Promise<Account> {
  const place = await placeOf(storage, user, name);
  if (place !== undefined && place.owner !== user.account) {
    const found = await findMailbox(storage, user, name);
    const above = found === undefined ? await nearestAbove(storage, place) : undefined;
    // RFC 9208 §6: it tells how much there is to read, and so takes "r"; where there is no mailbox yet, above it.
    if (above === undefined || !hasRights({ rights: rightsOf(above, user.account) }, "r")) permitted(found, "r");
  }
  const owner = place && await storage.account(place.owner);
  if (owner === undefined) throw new CommandRefused("There is no such mailbox", "NONEXISTENT");
  return owner;
}
