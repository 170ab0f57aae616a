/**
 * FETCH (RFC 9051 §6.4.5): what is asked of messages, told a page of messages at a time, in bounded memory whatever the
 * mailbox and the messages hold.
 */
import type { Message, UidSet } from "../../../core/contract/mod.ts";
import { hasRights } from "./access.ts";
import { isBroken } from "./failures.ts";
import type { FetchItem } from "./grammar/fetch_items.ts";
import { type FetchedMessage, needsSummary, refuseUnknownEncoding, setsSeen, writeItem } from "./fetch_item.ts";
import { ResponseBuilder } from "./printing/response_builder.ts";
import { OutOfStep } from "./sections/write_literal.ts";
import type { SelectedMailbox } from "./selected_mailbox.ts";
import type { Session } from "./session.ts";
import { Turns } from "./turns.ts";

/** Messages that are read at a time. */
const PAGE = 200;

/** What restricts an answer. */
export interface FetchSelection {
  /** Which messages. */
  readonly uids: UidSet;
  /** RFC 7162 §3.1.4.1. */
  readonly changedSince?: bigint | undefined;
}

/** Tells the items of all messages that the client knows; those that are gone are passed over. */
export async function fetchMessages(
  session: Session,
  mailbox: SelectedMailbox,
  { uids, changedSince }: FetchSelection,
  items: readonly FetchItem[],
): Promise<void> {
  const { storage } = session.service.context;
  const { writer } = session.connection;
  const marksSeen = items.some(setsSeen) && !mailbox.selection.isReadOnly && hasRights(mailbox.selection, "s");
  const withSummary = items.some(needsSummary);
  const last = mailbox.lastUid;
  const turns = new Turns();
  for (let after = 0, more = true; more && after < last;) {
    const page = await storage.messages(mailbox.id, {
      ...{ uids, after, most: PAGE },
      ...changedSince !== undefined && { changedSince },
    });
    after = page.messages.at(-1)?.uid ?? last;
    more = page.more;
    const known = page.messages.filter(({ uid }) => uid <= last);
    const messages = marksSeen ? await markSeen(session, mailbox, known) : known.map(unchanged);
    const summaries = withSummary ? await storage.summaries(known.map(({ body }) => body)) : [];
    for (const [index, { message, isChanged }] of messages.entries()) {
      await writeMessage(session, mailbox, { message, summary: summaries[index] }, withFlags(items, isChanged));
      if (writer.isFull) await writer.flush();
    }
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

/** RFC 9051 §6.4.5: fetching a body without PEEK sets `\Seen`. On disk before it is told, as any change. */
async function markSeen(session: Session, mailbox: SelectedMailbox, messages: readonly Message[]): Promise<Seen[]> {
  const uids = messages.filter(({ flags }) => !flags.includes("\\Seen")).map(({ uid }) => uid);
  if (uids.length === 0) return messages.map(unchanged);
  const change = { mode: "add", flags: ["\\Seen"] } as const;
  const [{ changed }] = await session.service.context.storage.apply([
    { do: "setFlags", mailbox: mailbox.id, uids, change },
  ]);
  mailbox.told(changed);
  const byUid = new Map(changed.map((message) => [message.uid, message]));
  return messages.map((message) => {
    const after = byUid.get(message.uid);
    return { message: after ?? message, isChanged: after !== undefined };
  });
}

function withFlags(items: readonly FetchItem[], isChanged: boolean): readonly FetchItem[] {
  return isChanged && !items.some(({ item }) => item === "FLAGS") ? [...items, { item: "FLAGS" }] : items;
}

/** RFC 9051 §7.5.2, or UIDFETCH (RFC 9586 §3.3). */
async function writeMessage(
  session: Session,
  mailbox: SelectedMailbox,
  fetched: FetchedMessage,
  items: readonly FetchItem[],
): Promise<void> {
  const { uid } = fetched.message;
  const number = mailbox.numberOf(uid);
  if (number === 0) return;
  for (const item of items) refuseUnknownEncoding(fetched, item);
  const response = new ResponseBuilder(session.connection.writer);
  response.text(session.extensions.isUidOnly ? `* ${uid} UIDFETCH (` : `* ${number} FETCH (`);
  for (const [index, item] of items.entries()) {
    if (index > 0) response.text(" ");
    const writing = writeItem({ session, mailbox, response }, fetched, item);
    if (writing !== undefined) await settled(writing, response);
  }
  response.text(")").end();
}

/** Half a response cannot be taken back: what fails after its beginning ends the connection. */
async function settled(writing: Promise<void>, response: ResponseBuilder): Promise<void> {
  try {
    await writing;
  } catch (cause) {
    if (!response.hasBegun || isBroken(cause)) throw cause;
    throw new OutOfStep("a response could not be written to its end", { cause });
  }
}
