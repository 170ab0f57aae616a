/** RENAME (RFC 9051 §6.3.6). */
import type { Operation, Storage } from "../../../../core/contract/mod.ts";
import { canonicalName, nameInList } from "../../../../core/mailboxes/canonical_name.ts";
import { type Access, findMailbox, permitted, type Place, requireRights } from "../access.ts";
import { type Command, command } from "../command.ts";
import { CommandRefused } from "../failures.ts";
import { expectRenameArguments, type RenameArguments } from "../grammar/mailbox_arguments.ts";
import { placeForNew } from "../new_names.ts";
import { printListed } from "../printing/list_response.ts";
import { ok } from "../replies.ts";
import type { Session } from "../session.ts";
import { loggedIn, type User } from "../state.ts";
import { visibleMailboxes } from "../../../../core/mailboxes/visible_mailboxes.ts";

/** The command. */
export const rename: Command = command({
  states: loggedIn,
  // RFC 9051 §6.3.6: the messages of INBOX go.
  telling: "result",
  parse(scanner) {
    scanner.expectSpace();
    return expectRenameArguments(scanner);
  },
  async run(session, { user }, given) {
    const { storage } = session.service.context;
    const found = await findMailbox(storage, user, given.from);
    const from = await nameInList(storage, user, given.from);
    const [first, ...others] = found === undefined ? await levelBelow(storage, user, from) : [];
    if (first !== undefined) await renameLevel(session, user, [first, ...others], { from, to: given.to });
    else await renameMailbox(session, user, permitted(found, "x"), given);
    return { reply: ok("Renamed") };
  },
});

type RenameOperation = Operation & { readonly do: "renameMailbox" };

async function renameMailbox(
  session: Session,
  user: User,
  found: Access,
  { from, to }: RenameArguments,
): Promise<void> {
  const { storage } = session.service.context;
  const { mailbox } = found, isInbox = mailbox.name === "INBOX";
  // RFC 9051 §6.3.6: INBOX stays, and its messages are moved: that takes the rights of MOVE.
  if (isInbox) requireRights(found, "rte");
  const place = await placeFor(storage, user, found, to);
  await storage.apply([{ do: "renameMailbox", mailbox: mailbox.id, name: place.name }]);
  const renamed = await storage.mailbox(mailbox.id);
  if (isInbox || renamed === undefined) return;
  session.notifications?.own.renamed(found.listedAs, place.prefix + renamed.name);
  if (!session.extensions.isRev2) return;
  // RFC 9051 §6.3.9.7.
  const listed = { name: place.prefix + renamed.name, attributes: [], oldName: from };
  session.untagged(printListed("LIST", listed, session.nameForm));
}

/** RFC 9051 §6.3.6, the example of "foo" with `\Noselect`: what is below goes on below the new name. */
async function renameLevel(
  session: Session,
  user: User,
  level: readonly [Access, ...Access[]],
  { from, to }: RenameArguments,
): Promise<void> {
  const { storage } = session.service.context;
  const { owner, prefix, name: given } = await placeFor(storage, user, level[0], to);
  const name = canonicalName(given);
  if (`${prefix}${name}/`.startsWith(`${from}/`)) throw new CommandRefused("A name cannot go below itself", "CANNOT");
  if (await storage.mailboxByName(owner, name) !== undefined) {
    throw new CommandRefused("There is a mailbox of that name", "ALREADYEXISTS");
  }
  await storage.apply(level.map((found): RenameOperation => {
    const { mailbox, listedAs } = permitted(found, "x");
    return { do: "renameMailbox", mailbox: mailbox.id, name: name + listedAs.slice(from.length) };
  }));
  for (const { listedAs } of level) {
    session.notifications?.own.renamed(listedAs, prefix + name + listedAs.slice(from.length));
  }
}

/** RFC 4314 §4: the right "k" on what is to be above. @throws CommandRefused. */
async function placeFor(storage: Storage, user: User, { mailbox }: Access, to: string): Promise<Place> {
  const place = await placeForNew(storage, user, to);
  if (place.owner !== mailbox.account) throw new CommandRefused("A mailbox stays with its owner", "CANNOT");
  return place;
}

/** The highest mailboxes below a name that is none itself. */
async function levelBelow(storage: Storage, user: User, name: string): Promise<readonly Access[]> {
  const below = (await visibleMailboxes(storage, user)).filter(({ listedAs }) => listedAs.startsWith(`${name}/`));
  const names = new Set(below.map(({ listedAs }) => listedAs));
  return below.filter(({ listedAs }) => !superiorNames(listedAs).some((superior) => names.has(superior)));
}

function superiorNames(name: string): string[] {
  return [...name.matchAll(/\//g)].map(({ index }) => name.slice(0, index));
}
