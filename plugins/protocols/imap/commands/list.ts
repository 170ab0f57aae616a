/**
 * LIST (RFC 9051 §6.3.9, RFC 3501 §6.3.8), extended (RFC 5258), with what it may return of each mailbox: STATUS
 * (RFC 5819), MYRIGHTS (RFC 8440), METADATA (RFC 9590), special uses (RFC 6154), children (RFC 3348).
 */
import { hasRights, othersPrefix } from "../access.ts";
import { type Command, command } from "../command.ts";
import { expectListArguments, type ListArguments } from "../grammar/list_arguments.ts";
import { type Found, listMailboxes } from "../list_mailboxes.ts";
import { maySeeMetadata, readEntries } from "../metadata.ts";
import { printListed } from "../printing/list_response.ts";
import { printName } from "../printing/mailbox_names.ts";
import { printRights } from "../printing/rights.ts";
import { ok } from "../replies.ts";
import { unlessGone } from "../search/summarized.ts";
import type { Session } from "../session.ts";
import { loggedIn, type User } from "../state.ts";
import { tellStatus } from "../status.ts";
import { tellMetadata } from "../tell_metadata.ts";
import { Turns } from "../../../../core/wire/turns.ts";

/** The command. */
export const list: Command = command({
  capabilities: ["LIST-EXTENDED", "LIST-STATUS", "LIST-MYRIGHTS", "LIST-METADATA", "SPECIAL-USE", "CHILDREN"],
  states: loggedIn,
  parse(scanner) {
    scanner.expectSpace();
    return expectListArguments(scanner);
  },
  async run(session, { user }, given) {
    const [pattern, ...others] = given.patterns;
    if (!given.isExtended && pattern === "" && others.length === 0) tellRoot(session, given.reference);
    else await tellAll(session, user, await listMailboxes(session, user, given), given);
    return { reply: ok("That is all") };
  },
});

/** RFC 9051 §6.3.9: an empty pattern asks for the separator and for the root of the reference. */
function tellRoot(session: Session, reference: string): void {
  const name = reference.startsWith(othersPrefix) ? othersPrefix : "";
  session.untagged(printListed("LIST", { name, attributes: ["\\Noselect"] }, session.nameForm));
}

async function tellAll(session: Session, user: User, all: readonly Found[], { returns }: ListArguments): Promise<void> {
  const turns = new Turns();
  for (const found of all) {
    session.untagged(printListed("LIST", found, session.nameForm));
    await tellMore(session, user, found, returns);
    if (session.connection.writer.isFull) await session.connection.writer.flush();
    await turns.take();
  }
}

/** RFC 5819 §2, RFC 8440 §3, RFC 9590 §3: after the name, of what is there and meets the criteria itself. */
async function tellMore(
  session: Session,
  user: User,
  { level }: Found,
  returns: ListArguments["returns"],
): Promise<void> {
  const { access } = level;
  if (access === undefined || !level.isSelected) return;
  if (returns.options.has("MYRIGHTS")) {
    session.untagged(`MYRIGHTS ${printName(access.name, session.nameForm)} ${printRights(access.rights)}`);
  }
  if (returns.metadata !== undefined && maySeeMetadata(access)) {
    const entries = await readEntries(session.service.context, user, access, returns.metadata);
    await tellMetadata(session, access.name, entries);
  }
  // RFC 5819 §2: nothing of a mailbox that is removed meanwhile, and the others are told.
  if (returns.status !== undefined && hasRights(access, "r")) {
    await unlessGone(tellStatus(session, access, returns.status));
  }
}
