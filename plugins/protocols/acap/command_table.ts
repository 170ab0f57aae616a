/** All commands, by name. Their order is that of the capabilities. */
import type { Command, CommandTable } from "./command.ts";
import { authenticate } from "./commands/authenticate.ts";
import { deletedSince } from "./commands/deletedsince.ts";
import { freeContext } from "./commands/freecontext.ts";
import { getQuota } from "./commands/getquota.ts";
import { lang } from "./commands/lang.ts";
import { login } from "./commands/login.ts";
import { logout } from "./commands/logout.ts";
import { listRights, myRights } from "./commands/myrights.ts";
import { noop } from "./commands/noop.ts";
import { search } from "./commands/search.ts";
import { deleteAcl, setAcl } from "./commands/setacl.ts";
import { starttls } from "./commands/starttls.ts";
import { store } from "./commands/store.ts";
import { updateContext } from "./commands/updatecontext.ts";
import type { AcapOptions } from "./options.ts";

/** RFC 2244 §6, RFC 2595 §5.1. */
const commands: readonly (readonly [name: string, command: Command])[] = [
  // Any state.
  ["NOOP", noop],
  ["LANG", lang],
  ["LOGOUT", logout],
  // Not authenticated.
  ["AUTHENTICATE", authenticate],
  ["STARTTLS", starttls],
  // Authenticated.
  ["SEARCH", search],
  ["FREECONTEXT", freeContext],
  ["UPDATECONTEXT", updateContext],
  ["STORE", store],
  ["DELETEDSINCE", deletedSince],
  ["SETACL", setAcl],
  ["DELETEACL", deleteAcl],
  ["MYRIGHTS", myRights],
  ["LISTRIGHTS", listRights],
  ["GETQUOTA", getQuota],
];

/** Those that a configuration has. */
export function commandTable({ eudora }: Pick<AcapOptions, "eudora">): CommandTable {
  return new Map([...commands, ...eudora ? [["LOGIN", login] as const] : []]);
}
