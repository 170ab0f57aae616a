/** Whether an account keeps as much as it may already: then its mail is refused at RCPT, and harms no other recipient's. */
import type { Quota } from "../contract/accounts.ts";
import type { AccountId } from "../contract/identifiers.ts";
import type { Storage } from "../contract/storage.ts";

/** What has to be read for that. */
export type QuotaStorage = Pick<Storage, "account" | "mailboxes">;

/**
 * Whether not one octet, or not one message, may be added. What is too large for the rest is refused after DATA.
 *
 * @param known What it may keep, where that has just been read; absent: it is read.
 */
export async function isFull(account: AccountId, storage: QuotaStorage, known?: Quota): Promise<boolean> {
  const quota = known ?? (await storage.account(account))?.quota;
  if (quota?.storage === undefined && quota?.messages === undefined) return false;
  let octets = 0, count = 0;
  for (const { size, messages } of await storage.mailboxes(account)) {
    octets += size;
    count += messages;
  }
  return octets >= (quota.storage ?? Infinity) || count >= (quota.messages ?? Infinity);
}
