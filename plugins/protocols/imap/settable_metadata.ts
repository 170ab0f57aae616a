/** What a client may set as metadata, and to which values (RFC 5464 §3.3, §4.3; RFC 5466 §3.2). */
import { requireRights } from "./access.ts";
import { CommandRefused } from "./failures.ts";
import { Malformed } from "./grammar/scanner.ts";
import { adminName, type EntryValue, type MetadataOwner } from "./metadata.ts";
import { parseFilter } from "./search/filters.ts";
import type { Session } from "./session.ts";
import type { User } from "./state.ts";

/** Octets of the largest value: RFC 5464 §4.1 asks for 1024. */
const LARGEST_VALUE = 65_536;

/** RFC 5466 §4: the name of a filter is an atom without "/". */
const filterValue = /^\/filters\/values\/[^/]*$/;

/** Refuses entries and values that cannot be set. @throws CommandRefused for the first of them. */
export function requireSettable(
  { service }: Session,
  user: User,
  owner: MetadataOwner,
  values: readonly EntryValue[],
): void {
  for (const [{ scope, name }, value] of values) {
    if (value !== undefined && value.length > LARGEST_VALUE) {
      throw new CommandRefused("The value is too large", `METADATA MAXSIZE ${LARGEST_VALUE}`);
    }
    if (scope === "shared") requireShared(owner, service.options.administrators.includes(user.address));
    if (owner.mailbox !== undefined) continue;
    if (scope === "shared" && name === adminName) throw new CommandRefused("That entry cannot be set", "CANNOT");
    // RFC 5466 §5: whoever comes after would search by them.
    if (user.isAnonymous && name.startsWith("/filters/")) {
      throw new CommandRefused("You may not do that here", "NOPERM");
    }
    if (name.startsWith("/filters/values") && value !== undefined) requireFilter(name, value);
  }
}

/** What is everybody's is not for those to set who may only read, nor the server's for anybody but its administrators. */
function requireShared({ mailbox, rights }: MetadataOwner, isAdministrator: boolean): void {
  if (mailbox !== undefined) requireRights({ rights }, "w");
  else if (!isAdministrator) throw new CommandRefused("Only administrators set what is shared", "NOPERM");
}

/** RFC 5466 §3.2: a filter is a whole search. */
function requireFilter(name: string, value: Uint8Array): void {
  if (!filterValue.test(name)) throw new CommandRefused("No filter can have that name", "CANNOT");
  try {
    parseFilter(value);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    const { expected, at } = error;
    throw new CommandRefused(`The filter is no search: expected ${expected} at octet ${at}`, "CANNOT");
  }
}
