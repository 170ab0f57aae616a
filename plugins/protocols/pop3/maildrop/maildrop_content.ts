/** What a maildrop is made of, noted when it is opened: the messages of one mailbox, or recent ones of several. */
import { createHash } from "node:crypto";
import type { AccountId, BodyId, DeliveryEnvelope, Mailbox, Message, Storage } from "../../../../core/contract/mod.ts";

/** Messages that are asked for at once: other sessions have their turn between two pages. */
const PAGE = 2000;

/** What a message has that a POP session has retrieved. Others see it as a keyword (RFC 9051 §2.3.2). */
export const poppedKeyword = "$Popped";

/** What is kept of each message, by number less one: a maildrop may have a hundred thousand. */
export interface Content {
  /** The mailbox, where all of it is of one. */
  readonly mailbox: Mailbox | undefined;
  /** Where each is. */
  readonly mailboxes: readonly Mailbox[];
  /** Their UIDs there. */
  readonly uids: readonly number[];
  /** What another protocol makes of each; absent: nothing. */
  readonly presented?: readonly Presented[];
  /** Octets as sent. */
  readonly sizes: readonly number[];
  /** Their octets. */
  readonly bodies: readonly BodyId[];
  /** Numbers of those that may be removed for their age. */
  readonly expired: readonly number[];
  /** The highest number that was retrieved in an earlier session, as far as sessions keep that; 0 for none. */
  readonly lastRetrieved: number;
  /** Octets of all. */
  readonly octets: number;
  /** RFC 1939 §7: 1 to 70 characters from 0x21 to 0x7E, never used again; by number less one. */
  uniqueId(index: number): string;
}

/** What another protocol makes of a message. */
export interface Presented {
  /** Header fields that are sent before it, each with its CRLF; one character an octet. */
  readonly head: string;
  /** Between whom it went; absent where that is not known. */
  readonly envelope?: DeliveryEnvelope;
}

/** Which messages of a mailbox a maildrop has. */
export interface Selection {
  /** In milliseconds: what was saved before may be removed for its age. */
  readonly keptSince: number;
  /** Whether what was retrieved before is left out. */
  readonly hidesPopped: boolean;
  /** What another protocol makes of a message; undefined leaves it out. Absent: all are as they are. */
  readonly present?: (message: Message) => Presented | undefined;
}

/** The messages of a mailbox. @throws what the storage throws. */
export async function mailboxContent(
  storage: Storage,
  mailbox: Mailbox,
  { keptSince, hidesPopped, present }: Selection,
): Promise<Content> {
  const presented: Presented[] = [];
  const mailboxes: Mailbox[] = [], uids: number[] = [], sizes: number[] = [], bodies: BodyId[] = [];
  const expired: number[] = [];
  let octets = 0, lastRetrieved = 0;
  await eachMessage(storage, mailbox, (message) => {
    const { uid, crlfSize, body, savedAt, flags } = message, isRetrieved = isPopped(flags);
    if (isRetrieved && hidesPopped) return;
    const shown = present?.(message);
    if (shown !== undefined) presented.push(shown);
    else if (present !== undefined) return;
    const size = crlfSize + (shown?.head.length ?? 0);
    mailboxes.push(mailbox);
    uids.push(uid);
    sizes.push(size);
    bodies.push(body);
    octets += size;
    if (savedAt.getTime() < keptSince) expired.push(uids.length);
    if (isRetrieved) lastRetrieved = uids.length;
  });
  return {
    ...{ mailbox, mailboxes, uids, presented, sizes, bodies, expired, lastRetrieved, octets },
    // UIDVALIDITY and UID are two numbers of 32 bits, and the mailbox keeps them for ever (RFC 9051 §2.3.1.1).
    uniqueId: (index) => `${mailbox.uidValidity}.${uids[index] ?? 0}`,
  };
}

/** Special uses (RFC 6154) of mailboxes whose mail is none that one would fetch. */
const passedOver: ReadonlySet<string | undefined> = new Set(["\\Drafts", "\\Junk", "\\Trash"]);

/**
 * What came since then, whether it was retrieved or not, of all mailboxes but drafts, junk and trash; the oldest first,
 * and what is in several mailboxes once. @throws what the storage throws.
 */
export async function recentContent(storage: Storage, account: AccountId, since: number): Promise<Content> {
  const found = new Map<BodyId, { readonly mailbox: Mailbox; readonly message: Message }>();
  for (const mailbox of await storage.mailboxes(account)) {
    if (passedOver.has(mailbox.specialUse)) continue;
    await eachMessage(storage, mailbox, (message) => {
      if (message.receivedAt.getTime() < since || found.has(message.body)) return;
      found.set(message.body, { mailbox, message });
    });
  }
  const sorted = [...found.values()].sort((a, b) => a.message.receivedAt.getTime() - b.message.receivedAt.getTime());
  const messages = sorted.map(({ message }) => message);
  return {
    mailbox: undefined,
    mailboxes: sorted.map(({ mailbox }) => mailbox),
    uids: messages.map(({ uid }) => uid),
    sizes: messages.map(({ crlfSize }) => crlfSize),
    bodies: messages.map(({ body }) => body),
    expired: [],
    lastRetrieved: 0,
    octets: messages.reduce((sum, { crlfSize }) => sum + crlfSize, 0),
    // A message keeps its body, and so this, whatever mailbox it is moved to: it is not fetched again for that.
    uniqueId: (index) => `B${nameOf(messages[index]?.body ?? "")}`,
  };
}

/** Nothing: what a client sees of a mailbox that is not there. */
export const noContent: Content = {
  ...{ mailbox: undefined, mailboxes: [], uids: [], sizes: [], bodies: [], expired: [], lastRetrieved: 0, octets: 0 },
  uniqueId: () => "",
};

async function eachMessage(storage: Storage, mailbox: Mailbox, take: (message: Message) => void): Promise<void> {
  for (let isMore = true, after = 0; isMore;) {
    const page = await storage.messages(mailbox.id, { after, most: PAGE });
    for (const message of page.messages) {
      take(message);
      after = message.uid;
    }
    // A page without messages would be asked for again and again.
    isMore = page.more && page.messages.length > 0;
  }
}

/** RFC 9051 §2.3.2: keywords are compared without regard to case. */
const poppedKey = poppedKeyword.toLowerCase();

function isPopped(flags: readonly string[]): boolean {
  return flags.some((flag) => flag.toLowerCase() === poppedKey);
}

/** A storage may name its bodies as it likes. */
function nameOf(body: string): string {
  return /^[!-~]{1,60}$/.test(body) ? body : createHash("sha256").update(body).digest("hex").slice(0, 40);
}
