/** Copies of a message into mailboxes, in one batch: all of them are on disk, or none is. */
import type { AccountId, BodyId } from "../contract/identifiers.ts";
import type { Logger } from "../contract/logger.ts";
import { Refusal } from "../contract/refusal.ts";
import type { Operation, Storage } from "../contract/storage.ts";
import type { PlacedCopy } from "./place_copies.ts";

/** What is stored. */
export interface Copies {
  /** The message's, for the log. */
  readonly id: string;
  /** Its octets. */
  readonly body: BodyId;
  /** When. */
  readonly receivedAt: Date;
  /** Where extensions want the copies; undefined: nobody was asked. */
  readonly placed: readonly PlacedCopy[] | undefined;
  /** Where they go otherwise. */
  readonly plain: readonly PlacedCopy[];
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
export async function storeCopies(copies: Copies, storage: CopyStorage, log: Logger): Promise<readonly StoredCopy[]> {
  const { placed, plain, id } = copies;
  if (placed === undefined) return await store(plain, copies, storage);
  try {
    return await store(await existing(placed, copies, storage, log), copies, storage);
  } catch (error) {
    // A storage that is away is so for every batch.
    if (!(error instanceof Refusal) || error.kind === "unavailable") throw error;
    log.warn("a message cannot go where an extension wants it: it goes to INBOX", { message: id, error });
    return await store(plain, copies, storage);
  }
}

async function store(
  placed: readonly PlacedCopy[],
  { body, receivedAt }: Copies,
  storage: CopyStorage,
): Promise<StoredCopy[]> {
  const made = placed.filter(({ create }) => create)
    .map(({ account, mailboxName: name }): Operation => ({ do: "createMailbox", account, name }));
  const delivered = placed.map(({ account, mailboxName, flags }): Operation => (
    { do: "deliver", account, mailboxName, body, details: { receivedAt, flags } }
  ));
  const results = await storage.apply([...made, ...delivered]);
  return placed.flatMap(({ account, mailboxName: mailbox }, index) => {
    const result = results[made.length + index];
    return isMessage(result) ? [{ account, mailbox, uid: result.uid, size: result.size }] : [];
  });
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
    if (mailboxName === "INBOX" || mailboxName === "Junk") return { ...copy, create: false };
    const isThere = await storage.mailboxByName(account, mailboxName) !== undefined;
    if (isThere || create) return { ...copy, create: !isThere };
    const facts = { message: id, account, mailbox: mailboxName };
    log.warn("there is no mailbox where an extension wants a message: it goes to INBOX", facts);
    return { ...copy, mailboxName: "INBOX" };
  }));
}

function isMessage(result: unknown): result is { readonly uid: number; readonly size: number } {
  return typeof result === "object" && result !== null && "uid" in result && "size" in result;
}
