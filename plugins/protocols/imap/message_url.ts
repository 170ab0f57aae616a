/** What an IMAP URL of a message names (RFC 5092), for a user who may read it: CATENATE and URLFETCH take it from here. */
import type { Body, MailboxId, MessagePart } from "../../../core/contract/mod.ts";
import { accessById, findMailbox, hasRights } from "./access.ts";
import { type ImapUrl, parseImapUrl } from "./grammar/imap_url.ts";
import { openSection } from "./sections/open_section.ts";
import { type Octets, RangeView } from "./sections/views.ts";
import type { Session } from "./session.ts";
import type { User } from "./state.ts";

/** The message of a URL, and what the URL says of it. */
export interface NamedContent {
  readonly url: ImapUrl;
  /** The message. */
  readonly body: Body;
  /** Its structure. */
  readonly structure: MessagePart;
}

/** Octets of a relative URL, in the user's own names; undefined where it names nothing that the user may read. */
export async function openMessageUrl(session: Session, user: User, text: string): Promise<Octets | undefined> {
  const url = parseImapUrl(text);
  // RFC 4469 §3.1: what is on another server is not fetched from there.
  if (url === undefined || url.server !== undefined || url.authorization !== undefined) return undefined;
  const mailbox = await mailboxOf(session, user, url);
  const named = mailbox && await findUrlIn(session, mailbox, url);
  return named && await namedOctets(named);
}

/** The message that a URL names in a mailbox; undefined where there is none. */
export async function findUrlIn(
  session: Session,
  mailbox: MailboxId,
  url: ImapUrl,
): Promise<NamedContent | undefined> {
  const { storage } = session.service.context;
  const { messages: [message] } = await storage.messages(mailbox, { uids: [url.uid] });
  if (message === undefined) return undefined;
  const { structure } = await storage.summary(message.body);
  return { url, structure, body: await storage.openBody(message.body) };
}

/** The octets that a URL names, as they are stored; undefined where the message has no such part. */
export async function namedOctets({ url, structure, body }: NamedContent): Promise<Octets | undefined> {
  const octets = url.section === undefined ? body : await openSection(url.section, structure, body);
  return octets && namedRange(url, octets);
}

/** Those of the octets that a URL names. */
export function namedRange({ range }: ImapUrl, octets: Octets): Octets {
  if (range === undefined) return octets;
  const { offset, size = octets.size } = range;
  return new RangeView(octets, offset, offset + size);
}

async function mailboxOf(session: Session, user: User, url: ImapUrl): Promise<MailboxId | undefined> {
  const { state, service: { context: { storage } } } = session;
  // RFC 5092 §7.1: relative to the mailbox that is selected; RFC 4469 §3.1: which the user must still be allowed to read.
  const selected = state.name === "selected" ? state.mailbox.id : undefined;
  const access = url.mailbox !== undefined
    ? await findMailbox(storage, user, url.mailbox)
    : selected && await accessById(storage, user, selected);
  if (access === undefined || !hasRights(access, "r")) return undefined;
  const isStale = url.uidValidity !== undefined && url.uidValidity !== access.mailbox.uidValidity;
  return isStale ? undefined : access.mailbox.id;
}
