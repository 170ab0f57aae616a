/** Responses about mailboxes that are not selected: their names, and how many messages they have (RFC 5465 §5). */
import { findMailbox, hasRights } from "../access.ts";
import { printListed } from "../printing/list_response.ts";
import { printName } from "../printing/mailbox_names.ts";
import type { Session } from "../session.ts";
import type { User } from "../state.ts";
import type { KnownMailbox, KnownMailboxes } from "./known_mailboxes.ts";
import { FLAGS, MESSAGES } from "./wanted_events.ts";

/** Why a name is listed. */
export interface NameNews {
  /** What it was called before (RFC 5465 §5.4). */
  readonly oldName?: string;
  /** Whether it is there, and the user may not know that any more (RFC 5465 §5.9). */
  readonly isHidden?: boolean;
}

/** Lists a name, with all that is true of it now (RFC 5465 §5.4, §5.5). */
export async function tellName(
  session: Session,
  user: User,
  name: string,
  { oldName, isHidden = false }: NameNews,
  around: { readonly known: KnownMailboxes; readonly subscribed: ReadonlySet<string> },
): Promise<void> {
  const found = await findMailbox(session.service.context.storage, user, name);
  const access = found !== undefined && hasRights(found, "l") ? found : undefined;
  const { specialUse, account } = access?.mailbox ?? {};
  const mayRead = access !== undefined && hasRights(access, "r");
  const attributes = [
    ...access === undefined ? ["\\NonExistent"] : mayRead ? [] : ["\\Noselect"],
    // RFC 5465 §3.1: not enough rights for anything to be told of it.
    ...isHidden || access !== undefined && !mayRead ? ["\\NoAccess"] : [],
    around.known.hasBelow(name) ? "\\HasChildren" : "\\HasNoChildren",
    ...around.subscribed.has(name) ? ["\\Subscribed"] : [],
    // RFC 6154 §2: a use is its user's.
    ...specialUse !== undefined && account === user.account ? [specialUse] : [],
  ];
  const listed = { name, attributes, ...oldName !== undefined && { oldName } };
  session.untagged(printListed("LIST", listed, session.nameForm));
}

/** RFC 5465 §3.1: the state of a mailbox from which on news is told, for NOTIFY SET STATUS. */
export function tellState(session: Session, now: KnownMailbox, events: number): void {
  const items = [`MESSAGES ${now.messages}`, `UIDNEXT ${now.uidNext}`, `UIDVALIDITY ${now.uidValidity}`];
  if ((events & FLAGS) !== 0) items.push(`HIGHESTMODSEQ ${now.modseq}`);
  status(session, now.name, items);
}

/** What a client knew of a mailbox: nothing, when that is new; or something of another that had its name. */
export type Before = KnownMailbox | undefined | "another";

/** Of a mailbox that the client has been told of as new, and of nothing. */
const empty = { uidNext: 1, messages: 0, unseen: 0, uidValidity: 0, modseq: 0n };
/** Of which nothing can be the same. */
const unlike = { ...empty, messages: -1, unseen: -1 };

/** What has changed of a mailbox in which the user may read; nothing where nothing has that is wanted. */
export function tellCounts(
  session: Session,
  before: Before,
  now: KnownMailbox,
  events: number,
): void {
  const { hasModseq } = session.extensions;
  const was = before === "another" ? unlike : before ?? { ...empty, modseq: now.modseq };
  const items: string[] = [];
  const hasFlags = (events & FLAGS) !== 0;
  // RFC 5465 §5.2, §5.3: what has come, what is gone.
  if ((events & MESSAGES) !== 0 && (was.uidNext !== now.uidNext || was.messages !== now.messages)) {
    items.push(`UIDNEXT ${now.uidNext}`, `MESSAGES ${now.messages}`);
  }
  // RFC 5465 §5.1: to those who do not know of mod-sequences, that is all that changes of flags are.
  if (hasFlags && was.unseen !== now.unseen) items.push(`UNSEEN ${now.unseen}`);
  const isChanged = hasFlags && hasModseq && was.modseq !== now.modseq;
  if (hasModseq && (isChanged || items.length > 0)) items.push(`HIGHESTMODSEQ ${now.modseq}`);
  if (hasFlags && (isChanged || was.uidValidity !== now.uidValidity)) items.push(`UIDVALIDITY ${now.uidValidity}`);
  if (items.length > 0) status(session, now.name, items);
}

function status(session: Session, name: string, items: readonly string[]): void {
  session.untagged(`STATUS ${printName(name, session.nameForm)} (${items.join(" ")})`);
}
