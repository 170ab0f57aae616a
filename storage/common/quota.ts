/** What an account keeps against what it may keep (RFC 9208 §5). */
import type { Quota } from "../../core/contract/accounts.ts";
import { Refusal } from "../../core/contract/refusal.ts";

/** What an account keeps. */
export type Usage = Required<Quota>;

/** The limits that there are; undefined when there is none. @throws Refusal `invalid`. */
export function knownQuota({ storage, messages, mailboxes }: Quota): Quota | undefined {
  for (const limit of [storage, messages, mailboxes]) {
    if (limit === undefined || (Number.isSafeInteger(limit) && limit >= 0)) continue;
    throw new Refusal("invalid", "a limit is a number of octets, messages or mailboxes");
  }
  const quota = {
    ...storage !== undefined && { storage },
    ...messages !== undefined && { messages },
    ...mailboxes !== undefined && { mailboxes },
  };
  return Object.keys(quota).length === 0 ? undefined : quota;
}

/** After messages were added. @throws Refusal `over-quota`. */
export function refuseFull({ storage = Infinity, messages = Infinity }: Quota, usage: Usage): void {
  if (usage.storage > storage || usage.messages > messages) throw new Refusal("over-quota", "the mailbox is full");
}

/** After mailboxes were added. @throws Refusal `over-quota`. */
export function refuseTooManyMailboxes({ mailboxes = Infinity }: Quota, usage: Usage): void {
  if (usage.mailboxes > mailboxes) throw new Refusal("over-quota", "the account may have no more mailboxes");
}
