/** Copies of a message into mailboxes, and into the queue, in one batch: all of them are on disk, or none is. */
import type { Envelope } from "../contract/delivery.ts";
import type { AccountId, BodyId } from "../contract/identifiers.ts";
import type { Logger } from "../contract/logger.ts";
import type { QueueEntry } from "../contract/queue.ts";
import { Refusal } from "../contract/refusal.ts";
import type { Operation, Storage } from "../contract/storage.ts";
import { enqueueOperations } from "./enqueue.ts";
import type { Destinations, PlacedCopy } from "./place_copies.ts";

/** What is stored. */
export interface Copies {
  /** The message's. */
  readonly id: string;
  /** From whom. */
  readonly envelope: Envelope;
  /** Its octets. */
  readonly body: BodyId;
  /** When. */
  readonly receivedAt: Date;
  /** Where extensions want the copies; undefined: nobody was asked. */
  readonly placed: Destinations | undefined;
  /** Where they go otherwise. */
  readonly plain: Destinations;
}

/** What is on disk. */
export interface StoredMessage {
  /** In mailboxes. */
  readonly copies: readonly StoredCopy[];
  /** In the queue. */
  readonly queued: readonly QueueEntry[];
}

/** A copy that is on disk. */
export interface StoredCopy {
  /** Whose. */
  readonly account: AccountId;
  /** The mailbox that was asked for; INBOX where there was none of that name. */
  readonly mailbox: string;
  /** Its UID there. */
  readonly uid: number;
  /** Octets. */
  readonly size: number;
}

/** What has to be asked and done. */
type CopyStorage = Pick<Storage, "apply" | "mailboxByName">;

/**
 * Stores copies. What the storage refuses of an extension's wishes is stored without them.
 *
 * @throws what the storage throws.
 */
export async function storeCopies(copies: Copies, storage: CopyStorage, log: Logger): Promise<StoredMessage> {
  const { placed, plain, id } = copies;
  if (placed === undefined) return await store(plain, copies, storage);
  try {
    const there = await existing(placed.copies, copies, storage, log);
    return await store({ ...placed, copies: there }, copies, storage);
  } catch (error) {
    // A storage that is away is so for every batch.
    if (!(error instanceof Refusal) || error.kind === "unavailable") throw error;
    log.warn("a message cannot go where an extension wants it: it goes to INBOX", { message: id, error });
    return await store(plain, copies, storage);
  }
}

async function store(
  { copies: placed, outgoing }: Destinations,
  { id, envelope, body, receivedAt }: Copies,
  storage: CopyStorage,
): Promise<StoredMessage> {
  const made = placed.filter(({ create }) => create)
    .map(({ account, mailboxName: name }): Operation => ({ do: "createMailbox", account, name }));
  const delivered = placed.map(({ account, recipient, mailboxName, flags }): Operation => {
    const details = { receivedAt, flags, envelope: { sender: envelope.sender, recipient } };
    return { do: "deliver", account, mailboxName, body, details };
  });
  const put = enqueueOperations({ id, envelope, recipients: outgoing, body }, receivedAt);
  const results = await storage.apply([...made, ...delivered, ...put]);
  const copies = placed.flatMap(({ account, mailboxName: mailbox }, index) => {
    const result = results[made.length + index];
    return isMessage(result) ? [{ account, mailbox, uid: result.uid, size: result.size }] : [];
  });
  return { copies, queued: results.slice(made.length + delivered.length).filter(isEntry) };
}

/** Mailboxes that are there need not be made; those that are not, and are not to be made, are INBOX. */
async function existing(
  placed: readonly PlacedCopy[],
  { id }: Copies,
  storage: CopyStorage,
  log: Logger,
): Promise<PlacedCopy[]> {
  return await Promise.all(placed.map(async (copy): Promise<PlacedCopy> => {
    const { account, mailboxName, create } = copy;
    if (mailboxName === "INBOX") return { ...copy, create: false };
    // Where there is no Junk, INBOX is what is meant.
    if (mailboxName === "Junk" && !create) return copy;
    const isThere = await storage.mailboxByName(account, mailboxName) !== undefined;
    if (isThere || create) return { ...copy, create: !isThere };
    const facts = { message: id, account, mailbox: mailboxName };
    log.warn("there is no mailbox where an extension wants a message: it goes to INBOX", facts);
    return { ...copy, mailboxName: "INBOX" };
  }));
}

function isEntry(result: unknown): result is QueueEntry {
  return typeof result === "object" && result !== null && "dueAt" in result;
}

function isMessage(result: unknown): result is { readonly uid: number; readonly size: number } {
  return typeof result === "object" && result !== null && "uid" in result && "size" in result;
}
