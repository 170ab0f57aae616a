/**
 * Mailbox access keys (RFC 4467 §2.2): one for each user and mailbox. They are made of two parts that nobody can guess,
 * kept as metadata under a name that no client can say: what is the user's, and what is the mailbox's for that user. A new
 * part of a mailbox revokes its URLs, and a new part of the user revokes all.
 */
import { createHmac, randomBytes } from "node:crypto";
import type { AccountId, MailboxId, MetadataPlace, Storage } from "../../../../core/contract/mod.ts";

const ENTRY = ":urlauth";
/** New with each new key of a mailbox, so that whoever watches the account hears of it, and of nothing else there. */
const RESET = ":urlauthreset";
/** Octets of a part; RFC 4467 §10 asks for 16 at least. */
const SIZE = 32;

/** The key that URLs are authorized with; its parts are made where there are none. */
export async function accessKey(storage: Storage, account: AccountId, mailbox: MailboxId): Promise<Uint8Array> {
  const own = await partOf(storage, { account }) ?? await firstPart(storage, account);
  return combined(own, mailbox, await mailboxPart(storage, account, mailbox));
}

/** The key that URLs are verified with; undefined while the user has authorized none. */
export async function knownAccessKey(
  storage: Storage,
  account: AccountId,
  mailbox: MailboxId,
): Promise<Uint8Array | undefined> {
  const own = await partOf(storage, { account });
  return own && combined(own, mailbox, await mailboxPart(storage, account, mailbox));
}

/** A key that is as good as any and opens nothing: it takes as long to find that out (RFC 4467 §6). */
export function plausibleKey(): Uint8Array {
  return newPart();
}

/** The part that is the mailbox's; undefined where its URLs were never revoked. */
export function mailboxPart(
  storage: Storage,
  account: AccountId,
  mailbox: MailboxId,
): Promise<Uint8Array | undefined> {
  return partOf(storage, { mailbox, account });
}

/** Revokes all URLs that the user has authorized. */
export async function resetAllKeys(storage: Storage, account: AccountId): Promise<void> {
  await storage.apply([{ do: "setMetadata", place: { account }, entries: [[ENTRY, newPart()]] }]);
}

/** Revokes those of one mailbox. @returns The mailbox's part. */
export async function resetAccessKey(
  storage: Storage,
  account: AccountId,
  mailbox: MailboxId,
): Promise<Uint8Array> {
  const part = newPart();
  await storage.apply([
    { do: "setMetadata", place: { mailbox, account }, entries: [[ENTRY, part]] },
    { do: "setMetadata", place: { account }, entries: [[RESET, newPart()]] },
  ]);
  return part;
}

async function partOf(storage: Storage, place: MetadataPlace): Promise<Uint8Array | undefined> {
  return (await storage.metadata(place)).get(ENTRY);
}

/** The user's: of several sessions that make it at the same moment, all have the same. */
async function firstPart(storage: Storage, account: AccountId): Promise<Uint8Array> {
  const part = newPart(), place = { account };
  await storage.apply([{ do: "setMetadata", place, entries: [[ENTRY, part]], onlyNew: true }]);
  return await partOf(storage, place) ?? part;
}

function newPart(): Uint8Array {
  return randomBytes(SIZE);
}

/** A mailbox that never had a part of its own still has a key that no other has. */
function combined(own: Uint8Array, mailbox: MailboxId, part: Uint8Array | undefined): Uint8Array {
  const key = createHmac("sha256", own).update(`mailbox ${mailbox} `);
  if (part !== undefined) key.update(part);
  return key.digest();
}
