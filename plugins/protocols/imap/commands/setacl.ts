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

async function setRights({ service }: Session, user: User, given: SetAclArguments): Promise<Outcome> {
  const { context } = service;
  const letters = rightsFrom(given.rights);
  const { mailbox } = await openMailbox(context.storage, user, given.mailbox, "a");
  const who = await whoIs(context, given.identifier);
  const before = who === mailbox.account ? allRights : mailbox.rights[who] ?? "";
  const rights = changed(before, given.mode, letters);
  if (who === mailbox.account) {
    // RFC 4314 §2: rights may be forced to be granted, here those of the owner.
    if (rights !== allRights) throw new CommandRefused("The owner has all rights", "CANNOT");
  } else {
    await context.storage.apply([{ do: "setRights", mailbox: mailbox.id, who, rights }]);
  }
  return { reply: ok("Done") };
}

/** In the order of the alphabet. */
function changed(before: string, mode: SetAclArguments["mode"], letters: string): string {
  const after = new Set(mode === "set" ? "" : before);
  for (const letter of letters) {
    if (mode === "remove") after.delete(letter);
    else after.add(letter);
  }
  return [...after].sort().join("");
}
