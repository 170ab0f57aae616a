/** SETACL and DELETEACL (RFC 4314 §3.1 and §3.2). */
import { allRights, openMailbox } from "../access.ts";
import { rightsFrom, whoIs } from "../acl.ts";
import { type Command, command, type Outcome } from "../command.ts";
import { CommandRefused } from "../failures.ts";
import { expectMailboxIdentifier, expectSetAclArguments, type SetAclArguments } from "../grammar/acl_arguments.ts";
import { ok } from "../replies.ts";
import type { Session } from "../session.ts";
import { loggedIn, type User } from "../state.ts";

/** SETACL. */
export const setAcl: Command = command({
  // RFC 4314 §2.2, §5.1.1: the rights that RFC 2086 does not have.
  capabilities: ["ACL", "RIGHTS=texk"],
  states: loggedIn,
  parse(scanner) {
    scanner.expectSpace();
    return expectSetAclArguments(scanner);
  },
  run: (session, { user }, given) => setRights(session, user, given),
});

/** DELETEACL: no rights are left. */
export const deleteAcl: Command = command({
  states: loggedIn,
  parse(scanner) {
    scanner.expectSpace();
    return expectMailboxIdentifier(scanner);
  },
  run: (session, { user }, given) => setRights(session, user, { ...given, mode: "set", rights: "" }),
});

async function setRights(
  { service: { context } }: Session,
  user: User,
  given: SetAclArguments,
): Promise<Outcome> {
  const rights = rightsFrom(given.rights);
  const { mailbox } = await openMailbox(context.storage, user, given.mailbox, "a");
  const who = await whoIs(context, given.identifier);
  const mode = given.mode === "set" ? undefined : given.mode;
  if (who === mailbox.account) {
    // RFC 4314 §2: rights may be forced to be granted, here those of the owner.
    if (takesAny(rights, mode)) throw new CommandRefused("The owner has all rights", "CANNOT");
  } else {
    // RFC 4314 §3.1: a change of the rights that there are when it is made, whatever other sessions do meanwhile.
    await context.storage.apply([{ do: "setRights", mailbox: mailbox.id, who, rights, ...mode && { mode } }]);
  }
  return { reply: ok("Done") };
}

/** Whether somebody who has all rights has some no more. */
function takesAny(rights: string, mode: "add" | "remove" | undefined): boolean {
  if (mode === "add") return false;
  return mode === "remove" ? rights !== "" : [...allRights].some((right) => !rights.includes(right));
}
