/** Folders by the names that clients have for them: the account's mailboxes, and those that others share (RFC 4314). */
import type { Mailbox, Storage } from "../../../core/contract/mod.ts";
import {
  type Access,
  accessById,
  findMailbox,
  hasRights,
  type Place,
  type User,
} from "../../../core/mailboxes/access.ts";
import { placeForNew } from "../../../core/mailboxes/new_places.ts";
import type { Maildrop } from "../pop3/maildrop/maildrop.ts";
import { Refused } from "./reasons.ts";

/** The folder of a name, in which the user has all of these rights. @throws Refused. */
export async function openFolder(storage: Storage, user: User, name: string, rights: string): Promise<Access> {
  return permitted(await findMailbox(storage, user, name), rights);
}

/** The folder that is selected, as it is now, in which the user has all of these rights. @throws Refused. */
export async function openSelected(storage: Storage, maildrop: Maildrop, rights: string): Promise<Access> {
  const { mailbox } = maildrop;
  if (mailbox === undefined) return await openFolder(storage, maildrop, "INBOX", rights);
  return permitted(await accessById(storage, maildrop, mailbox.id), rights);
}

/** What the user may do in those mailboxes now. @throws Refused, where these rights are lacking in one of them. */
export async function requireRights(
  storage: Storage,
  maildrop: Maildrop,
  mailboxes: Iterable<Mailbox>,
  rights: string,
): Promise<void> {
  for (const { id, account } of mailboxes) {
    // One's own mailboxes are one's own.
    if (account !== maildrop.account) permitted(await accessById(storage, maildrop, id), rights);
  }
}

/** Where a folder of that name would be. @throws Refused where the user may not make it. */
export async function placeOfNew(storage: Storage, user: User, name: string): Promise<Place> {
  const place = await placeForNew(storage, user, name);
  if (typeof place === "string") throw new Refused(place === "impossible" ? "impossible" : "denied");
  return place;
}

function permitted(access: Access | undefined, rights: string): Access {
  // RFC 4314 §6: who may not look a mailbox up is answered as if it were not there.
  if (access === undefined || !hasRights(access, rights) && !hasRights(access, "l")) throw new Refused("missing");
  if (!hasRights(access, rights)) throw new Refused("denied");
  return access;
}
