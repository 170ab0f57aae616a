/** Mailboxes that a user may use, and how a command is refused for those that it may not (RFC 4314, RFC 5530). */
import type { Storage } from "../../../core/contract/mod.ts";
import { type Access, findMailbox, hasRights, type User } from "../../../core/mailboxes/access.ts";
import { CommandRefused, isGone } from "./failures.ts";

export {
  type Access,
  accessById,
  allRights,
  findMailbox,
  hasRights,
  othersPrefix,
  type Place,
  placeOf,
  prefixOf,
  rightsOf,
} from "../../../core/mailboxes/access.ts";

/** A mailbox in which the user has all of these rights. @throws CommandRefused, with a code of RFC 5530. */
export async function openMailbox(storage: Storage, user: User, name: string, needed: string): Promise<Access> {
  return permitted(await findMailbox(storage, user, name), needed, "NONEXISTENT");
}

/** RFC 9051 §6.3.12, §6.4.7: the hint that CREATE may help. */
const noTarget = "TRYCREATE";

/** A mailbox that messages are to go to. @throws CommandRefused, with TRYCREATE where there is none. */
export async function openTarget(storage: Storage, user: User, name: string): Promise<Access> {
  return permitted(await findMailbox(storage, user, name), "i", noTarget);
}

/** Has messages put into a target, which may have gone since it was opened. @throws CommandRefused, with TRYCREATE then. */
export async function putInto<Result>(
  storage: Storage,
  { mailbox }: Access,
  put: () => Promise<Result>,
): Promise<Result> {
  try {
    return await put();
  } catch (error) {
    if (isGone(error) && await storage.mailbox(mailbox.id) === undefined) return refuseMissing(noTarget);
    throw error;
  }
}

/** The access if it has these rights. @throws CommandRefused, with the code of a missing mailbox where it is hidden. */
export function permitted(access: Access | undefined, needed: string, missing = "NONEXISTENT"): Access {
  // RFC 4314 §6: who may not look a mailbox up is answered as if it were not there.
  if (access === undefined || !hasRights(access, needed) && !hasRights(access, "l")) {
    return refuseMissing(missing);
  }
  requireRights(access, needed);
  return access;
}

function refuseMissing(code: string): never {
  throw new CommandRefused("There is no such mailbox", code);
}

/** Refuses those who lack one of these rights. @throws CommandRefused. */
export function requireRights(access: Pick<Access, "rights">, needed: string): void {
  if (!hasRights(access, needed)) throw new CommandRefused("You may not do that here", "NOPERM");
}
