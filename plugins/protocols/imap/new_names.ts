/** Names for mailboxes that are to be made, and what a client is told of them. */
import type { Storage } from "../../../core/contract/mod.ts";
import type { Place } from "../../../core/mailboxes/access.ts";
import { placeForNew as judgedPlace } from "../../../core/mailboxes/new_places.ts";
import { CommandRefused } from "./failures.ts";
import { type ListedName, printListed } from "./printing/list_response.ts";
import type { Session } from "./session.ts";
import type { User } from "./state.ts";

/** Where a mailbox of that name would be. @throws CommandRefused where the user may not make it. */
export async function placeForNew(storage: Storage, user: User, name: string): Promise<Place> {
  const place = await judgedPlace(storage, user, name);
  if (place === "impossible") throw new CommandRefused("No mailbox can have that name", "CANNOT");
  if (place === "forbidden") throw new CommandRefused("You may not make mailboxes there", "NOPERM");
  return place;
}

/**
 * RFC 9051 §6.3.9.7: tells under which name the mailbox is known, when the client wrote it otherwise. Only clients that
 * have enabled rev2 understand it.
 */
export function tellNormalized(session: Session, listed: ListedName, given: string): void {
  if (!session.extensions.isRev2 || given.replace(/\/$/, "") === listed.name) return;
  session.untagged(printListed("LIST", { ...listed, oldName: given }, session.nameForm));
}
