/** Places of mailboxes that are to be made: whose they would be, and whether the user may make them (RFC 4314 §4). */
import type { Mailbox, Storage } from "../contract/mod.ts";
import { hasRights, othersPrefix, type Place, placeOf, rightsOf, type User } from "./access.ts";

/** Characters of the longest name that is looked at; storages keep none that is longer. */
const LONGEST = 1000;

/** Where a mailbox of that name would be; "impossible" where none can, "forbidden" where the user may not make it. */
export async function placeForNew(
  storage: Storage,
  user: User,
  name: string,
): Promise<Place | "impossible" | "forbidden"> {
  // The root of the others' names is not to be taken for a mailbox.
  if (name.length > LONGEST || `${name}/` === othersPrefix || name === othersPrefix) return "impossible";
  const place = await placeOf(storage, user, name);
  const may = place !== undefined && (place.owner === user.account || await mayMake(storage, user, place));
  return may ? place : "forbidden";
}

/** RFC 4314 §4: CREATE needs the right "k" on the nearest mailbox above that exists; at an owner's root nobody has it. */
async function mayMake(storage: Storage, user: User, place: Place): Promise<boolean> {
  const above = await nearestAbove(storage, place);
  return above !== undefined && hasRights({ rights: rightsOf(above, user.account) }, "k");
}

/** The nearest mailbox above a name. */
export async function nearestAbove(storage: Storage, { owner, name }: Place): Promise<Mailbox | undefined> {
  // No mailbox has a longer name.
  const levels = name.slice(0, LONGEST).replace(/\/$/, "").split("/");
  for (let depth = levels.length - 1; depth > 0; depth--) {
    const above = await storage.mailboxByName(owner, levels.slice(0, depth).join("/"));
    if (above !== undefined) return above;
  }
  return undefined;
}
