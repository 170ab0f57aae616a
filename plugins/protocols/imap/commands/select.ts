/** SELECT and EXAMINE (RFC 9051 §6.3.2 and §6.3.3, RFC 3501 §6.3.1). */
import type { MailboxSnapshot } from "../../../../core/contract/mod.ts";
import { type Access, openMailbox } from "../access.ts";
import { type Command, command, type Outcome, uidRequired } from "../command.ts";
import type { Scanner } from "../grammar/scanner.ts";
import { expectSelectArguments, type SelectArguments } from "../grammar/select_parameters.ts";
import { attributesOf } from "../list_mailboxes.ts";
import { printListed } from "../printing/list_response.ts";
import { mailboxObjectId } from "../printing/object_ids.ts";
import { takeRecent } from "../recent.ts";
import { bad, ok } from "../replies.ts";
import { SelectedMailbox } from "../selected_mailbox.ts";
import { areReadOnly, tellPermanentFlags } from "../selected_rights.ts";
import type { Session } from "../session.ts";
import { loggedIn, type StateOf, type User } from "../state.ts";
import { tellCount } from "../tell.ts";
import { tellMissed } from "../tell_missed.ts";
import { KnownKey } from "../urlauth/known_key.ts";

/** SELECT. */
export const select: Command = command({
  states: loggedIn,
  parse,
  run: (session, state, given) => open(session, state, given, false),
});

/** EXAMINE: the same, and nothing is changed by it. */
export const examine: Command = command({
  states: loggedIn,
  parse,
  run: (session, state, given) => open(session, state, given, true),
});

function parse(scanner: Scanner): SelectArguments {
  scanner.expectSpace();
  return expectSelectArguments(scanner);
}

async function open(
  session: Session,
  state: StateOf<typeof loggedIn[number]>,
  { mailbox: name, condstore, qresync }: SelectArguments,
  isExamine: boolean,
): Promise<Outcome> {
  const { storage } = session.service.context;
  // RFC 7162 §3.2.5: BAD without ENABLE QRESYNC before.
  if (qresync !== undefined && !session.extensions.hasQresync) return { reply: bad("QRESYNC needs ENABLE QRESYNC") };
  if (qresync?.match !== undefined && session.extensions.isUidOnly) return { reply: uidRequired };
  if (state.name === "selected") session.deselect();
  const access = await openMailbox(storage, state.user, name, "r");
  const isReadOnly = isExamine || areReadOnly(access.rights);
  const snapshot = await storage.snapshot(access.mailbox.id);
  const selection = {
    ...{ name, owner: access.mailbox.account, rights: access.rights, isExamined: isExamine, isReadOnly },
    key: await KnownKey.read(storage, state.user.account, access.mailbox.id),
  };
  const mailbox = new SelectedMailbox(storage, snapshot, selection, session.service.known);
  await takeRecent(session, mailbox, [1, snapshot.mailbox.uidNext - 1], snapshot.mailbox.recentFrom);
  if (condstore) session.wantModseq();
  tellSelected(session, mailbox, snapshot);
  // RFC 9051 §6.3.2: so that the client learns under which name the mailbox is known.
  if (session.extensions.isRev2) await tellName(session, state.user, access);
  if (qresync !== undefined) await tellMissed(session, mailbox, qresync);
  return {
    reply: ok("Selected", isReadOnly ? "READ-ONLY" : "READ-WRITE"),
    state: { name: "selected", user: state.user, mailbox },
  };
}

/** RFC 9051 §6.3.2: what a client must be told; RFC 3501 §6.3.1 for what only its clients know. */
function tellSelected(session: Session, view: SelectedMailbox, { mailbox, firstUnseen }: MailboxSnapshot): void {
  const { extensions } = session;
  tellPermanentFlags(session, view);
  tellCount(session, view);
  // RFC 9586 §3: no response has a number.
  if (!extensions.isRev2 && !extensions.isUidOnly && firstUnseen !== undefined) {
    session.untagged(`OK [UNSEEN ${view.numberOf(firstUnseen)}] The first message that was not seen`);
  }
  session.untagged(`OK [UIDVALIDITY ${mailbox.uidValidity}] UIDs are valid`);
  session.untagged(`OK [UIDNEXT ${mailbox.uidNext}] The next UID`);
  // RFC 7162 §3.1.2.1.
  session.untagged(`OK [HIGHESTMODSEQ ${mailbox.highestModseq}] The greatest mod-sequence`);
  // RFC 8474 §4.2.
  session.untagged(`OK [MAILBOXID (${mailboxObjectId(mailbox.id)})] The mailbox itself`);
  // RFC 4467 §8.
  session.untagged("OK [URLMECH INTERNAL] How URLs are authorized");
}

/** RFC 9051 §6.3.2: attributes must be accurate; §6.3.9.7: with the name that the client used, where that is another. */
async function tellName(session: Session, user: User, { name, listedAs }: Access): Promise<void> {
  const attributes = await attributesOf(session, user, listedAs);
  const listed = { name: listedAs, attributes, ...name !== listedAs && { oldName: name } };
  session.untagged(printListed("LIST", listed, session.nameForm));
}
