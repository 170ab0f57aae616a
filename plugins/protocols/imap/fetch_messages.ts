/**
 * FETCH (RFC 9051 §6.4.5): what is asked of messages, told a page of messages at a time, in bounded memory whatever the
 * mailbox and the messages hold.
 */
import { type Body, type Message, Refusal, type UidSet } from "../../../core/contract/mod.ts";
import { isBroken, OutOfStep } from "../../../core/wire/errors.ts";
import { hasRights } from "./access.ts";
import { isGone } from "./failures.ts";
import type { FetchItem } from "./grammar/fetch_items.ts";
import {
  type FetchedMessage,
  type FetchTarget,
  hasUnknownEncodingIn,
  isDecoded,
  type NeededOctets,
  neededOctets,
  neededParts,
  setsSeen,
  unknownEncoding,
  writeItem,
} from "./fetch_item.ts";
import { knownUids } from "./named_messages.ts";
import { parsedOf, presentOf } from "./parsed_messages.ts";
import { ResponseBuilder } from "./printing/response_builder.ts";
import { readMessages, storedMessages } from "./read_messages.ts";
import { openHeaders } from "./sections/open_headers.ts";
import type { SelectedMailbox } from "./selected_mailbox.ts";
import { rightsMayHaveChanged } from "./selected_rights.ts";
import { tellKeywords } from "./selected_rights.ts";
import type { Session } from "./session.ts";
import { Turns } from "../../../core/wire/turns.ts";

/** Messages that are read at a time, and octets of messages, if one alone has not more. */
const PAGE = 200, OCTETS = 262_144;
/** Most headers have no more octets. */
const HEADER = 16_384;

/** Messages that may be passed over because their octets cannot be read, before it is the disk's failure. */
const MOST_UNREAD = 10;

/** What restricts an answer. */
export interface FetchSelection {
  /** Which messages. */
  readonly uids: UidSet;
  /** RFC 7162 §3.1.4.1. */
  readonly changedSince?: bigint | undefined;
  /** RFC 9738 §3.1: from the highest UID to the lowest. */
  readonly isFromEnd?: boolean;
}

/**
 * Tells the items of all messages that the client knows; those that are gone are passed over, and so are those that cannot be
 * decoded and a few that cannot be read.
 *
 * @returns What kept the first of these from being told, with which a command ends (RFC 3516 §4.3): CommandRefused
 * UNKNOWN-CTE, or Refusal `unavailable`; undefined where all have been.
 */
export async function fetchMessages(
  session: Session,
  mailbox: SelectedMailbox,
  { uids, isFromEnd, ...selection }: FetchSelection,
  items: readonly FetchItem[],
): Promise<Error | undefined> {
  const passedOver = new PassedOver();
  try {
    if (!isFromEnd) await fetchPages(session, mailbox, { uids, ...selection }, items, passedOver);
    else {
      const known = knownUids(mailbox, uids);
      for (let end = known.length; end > 0; end -= PAGE) {
        const page = known.slice(Math.max(0, end - PAGE), end);
        await fetchPages(session, mailbox, { uids: page, ...selection }, items, passedOver, true);
      }
    }
  } finally {
    // What it has changed of them is still to be told.
    if (passedOver.unread > 0) mailbox.heard.ask();
  }
  return passedOver.first;
}

/** Messages of a command that were passed over, the others having been told. */
class PassedOver {
  /** What kept the first of them from being told. */
  first: Error | undefined;
  /** How many of them cannot be read. */
  unread = 0;

  /** One more whose parts cannot be decoded. */
  addUndecodable(): void {
    this.first ??= unknownEncoding();
  }

  /** One more that cannot be read. @throws what has happened, where it is something else, or too often. */
  addUnread(cause: unknown): void {
    if (!(cause instanceof Refusal) || cause.kind !== "unavailable") throw cause;
    this.first ??= cause;
    if (++this.unread === MOST_UNREAD) throw cause;
  }
}

async function fetchPages(
  session: Session,
  mailbox: SelectedMailbox,
  { uids, changedSince }: FetchSelection,
  items: readonly FetchItem[],
  passedOver: PassedOver,
  isReversed = false,
): Promise<void> {
  const { writer } = session.connection;
  const marksSeen = items.some(setsSeen) && !mailbox.selection.isReadOnly && hasRights(mailbox.selection, "s");
  const withSummary = items.some((item) => neededParts(item).length > 0),
    octets = octetsFor(items),
    withBody = octets !== "none";
  const decoded = items.filter(isDecoded);
  const last = mailbox.lastUid;
  const readPage = marksSeen ? storedMessages : readMessages;
  const turns = new Turns();
  for (let after = 0, more = true; more && after < last;) {
    // RFC 4314 §4: mail is read for as long as the user may.
    await rightsMayHaveChanged(session);
    const page = await readPage(session, mailbox, {
      ...{ uids, after, most: PAGE },
      ...changedSince !== undefined && { changedSince },
    });
    after = page.messages.at(-1)?.uid ?? last;
    more = page.more;
    const present = page.messages.filter(({ uid }) => uid <= last);
    if (isReversed) present.reverse();
    const all = withSummary ? await parsedOf(session, items, present) : [];
    // Before anything is written of a message, and before it is seen.
    const canTell = (index: number) => {
      const parsed = all[index];
      return parsed === undefined || !decoded.some((item) => hasUnknownEncodingIn(item, parsed));
    };
    const known = present.filter((_, index) => canTell(index)), parsed = all.filter((_, index) => canTell(index));
    if (known.length < present.length) passedOver.addUndecodable();
    const messages = marksSeen ? await markSeen(session, mailbox, known) : known.map(unchanged);
    const toRead = withBody ? known.filter((_, index) => parsed[index]?.printed === undefined) : [];
    let bodies: readonly (Body | undefined)[] = [], first = 0, read = 0;
    for (const [index, { message, isChanged }] of messages.entries()) {
      const { summary, printed } = parsed[index] ?? {}, isRead = withBody && printed === undefined;
      if (isRead && read === first + bodies.length) {
        first = read;
        bodies = await bodiesOf(session, fewOctets(toRead, first, octets), octets);
      }
      const body = isRead ? bodies[read++ - first] : undefined;
      if (withSummary && parsed[index] === undefined || isRead && body === undefined) continue;
      const fetched = { message, summary, printed, body, octets };
      const told = isChanged ? withChange(session, items) : items;
      const writing = writeMessage({ session, mailbox, passedOver }, fetched, told);
      if (writing !== undefined) await writing;
      if (writer.isFull) await writer.flush();
    }
    // Where one of them could not be told, they are told as what others change is, at the end of the command.
    const changed = messages.filter(({ isChanged }) => isChanged).map(({ message }) => message);
    if (passedOver.unread === 0 && changed.length > 0) mailbox.told(changed);
    await turns.take();
  }
}

interface Seen {
  readonly message: Message;
  /** Whether this command changed its flags: they are then told (RFC 9051 §6.4.5). */
  readonly isChanged: boolean;
}

function unchanged(message: Message): Seen {
  return { message, isChanged: false };
}

/**
 * RFC 9051 §6.4.5: fetching a body without PEEK sets `\Seen`. On disk before it is told, as any change; while nothing can be
 * written, mail can be read all the same.
 */
async function markSeen(session: Session, mailbox: SelectedMailbox, messages: readonly Message[]): Promise<Seen[]> {
  const uids = messages.filter(({ flags }) => !flags.includes("\\Seen")).map(({ uid }) => uid);
  const changed = uids.length === 0 ? [] : await setSeen(session, mailbox, uids);
  const byUid = new Map(changed.map((message) => [message.uid, message]));
  return messages.map((message) => {
    const after = byUid.get(message.uid);
    return { message: after ?? message, isChanged: after !== undefined };
  });
}

async function setSeen(session: Session, mailbox: SelectedMailbox, uids: UidSet): Promise<readonly Message[]> {
  const change = { mode: "add", flags: ["\\Seen"] } as const;
  try {
    const [{ changed }] = await session.service.context.storage.apply([
      { do: "setFlags", mailbox: mailbox.id, uids, change },
    ]);
    return changed;
  } catch (error) {
    if (error instanceof Refusal && error.kind === "unavailable") return [];
    throw error;
  }
}

/** RFC 9051 §7.5.2, RFC 7162 §3.2.4: a change of flags is told with what every such response has. */
function withChange({ extensions }: Session, items: readonly FetchItem[]): readonly FetchItem[] {
  const told: FetchItem[] = [{ item: "FLAGS" }];
  // RFC 9586 §3.3: UIDFETCH has its UID at its head.
  if (!extensions.isUidOnly) told.push({ item: "UID" });
  if (extensions.hasModseq) told.push({ item: "MODSEQ" });
  return [...items, ...told.filter(({ item }) => !items.some((other) => other.item === item))];
}

/** What all of these need. */
function octetsFor(items: readonly FetchItem[]): NeededOctets {
  const needed = items.map(neededOctets);
  return (["message", "header"] as const).find((octets) => needed.includes(octets)) ?? "none";
}

async function bodiesOf(
  { service: { context: { storage } } }: Session,
  messages: readonly Message[],
  octets: NeededOctets,
): Promise<readonly (Body | undefined)[]> {
  return await presentOf(
    messages,
    (bodies) => octets === "header" ? openHeaders(storage, bodies) : storage.openBodies(bodies),
  );
}

/** As many from `first` on as may be in memory together, and one at least. */
function fewOctets(messages: readonly Message[], first: number, needed: NeededOctets): readonly Message[] {
  const most = needed === "header" ? HEADER : Infinity;
  const octetsOf = (message: Message | undefined) => Math.min(message?.size ?? 0, most);
  let end = first, octets = 0;
  while (end < messages.length && (end === first || octets + octetsOf(messages[end]) <= OCTETS)) {
    octets += octetsOf(messages[end++]);
  }
  return messages.slice(first, end);
}

/** RFC 9051 §7.5.2, or UIDFETCH (RFC 9586 §3.3); a promise where octets have to be read. */
function writeMessage(
  { session, mailbox, passedOver }: Omit<FetchTarget, "response"> & { readonly passedOver: PassedOver },
  fetched: FetchedMessage,
  items: readonly FetchItem[],
): Promise<void> | undefined {
  const { uid, flags } = fetched.message;
  const number = mailbox.numberOf(uid);
  if (number === 0) return undefined;
  if (items.some(({ item }) => item === "FLAGS")) tellKeywords(session, mailbox, flags);
  const response = new ResponseBuilder(session.connection.writer);
  response.text(session.extensions.isUidOnly ? `* ${uid} UIDFETCH (` : `* ${number} FETCH (`);
  try {
    return writeItems({ session, mailbox, response }, fetched, items, 0)?.catch((cause) =>
      failed(response, cause, passedOver)
    );
  } catch (cause) {
    return failed(response, cause, passedOver);
  }
}

/** From that item on, and the end. */
function writeItems(
  target: FetchTarget,
  fetched: FetchedMessage,
  items: readonly FetchItem[],
  first: number,
): Promise<void> | undefined {
  const { response } = target;
  for (let index = first; index < items.length; index++) {
    const item = items[index], printed = fetched.printed?.[index];
    if (item === undefined) break;
    if (index > 0) response.text(" ");
    const writing = printed === undefined ? writeItem(target, fetched, item) : void response.textAgain(printed);
    if (writing !== undefined) return writing.then(() => writeItems(target, fetched, items, index + 1));
  }
  response.text(")").end();
  return undefined;
}

/** Goes on with the next message where it can. */
function failed(response: ResponseBuilder, cause: unknown, passedOver: PassedOver): undefined {
  // Half a response cannot be taken back: what fails after its beginning ends the connection.
  if (response.hasBegun && !isBroken(cause)) {
    throw new OutOfStep("a response could not be written to its end", { cause });
  }
  // RFC 9051 §6.4.9: another session has expunged it meanwhile; what is gone is passed over.
  if (!isGone(cause)) passedOver.addUnread(cause);
}
