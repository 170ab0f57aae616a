/** The mailboxes that a user may look up (RFC 4314 §4, the right "l"), by the names that LIST has for them. */
import type { AccountId, Mailbox, Storage } from "../contract/mod.ts";
import { type Access, allRights, hasRights, othersPrefix, prefixOf, rightsOf, type User } from "./access.ts";

/**
 * Characters of the names of one other user's mailboxes that are listed together. Those beyond can be used by name; a
 * user who shares very many does not make everybody's list long.
 */
const MOST_CHARACTERS = 100_000;

/** One's own, INBOX first, and then those of others. */
export async function visibleMailboxes(storage: Storage, user: User): Promise<readonly Access[]> {
  const own = await storage.mailboxes(user.account);
  return [
    ...own.filter(({ name }) => !name.startsWith(othersPrefix)).map((mailbox) => accessTo(mailbox, "", allRights)),
    ...await sharedWith(storage, user),
  ];
}

async function sharedWith(storage: Storage, user: User): Promise<readonly Access[]> {
  const prefixes = new Map<AccountId, string | undefined>(), lengths = new Map<AccountId, number>();
  const found: Access[] = [];
  for (const mailbox of await storage.mailboxesSharedWith(user.account)) {
    const { account } = mailbox, rights = rightsOf(mailbox, user.account);
    if (!hasRights({ rights }, "l")) continue;
    if (!prefixes.has(account)) {
      const owner = await storage.account(account);
      prefixes.set(account, owner && prefixOf(owner.address));
    }
    const prefix = prefixes.get(account);
    const length = (lengths.get(account) ?? 0) + mailbox.name.length;
    lengths.set(account, length);
    // An account that has just been removed has no names any more.
    if (prefix !== undefined && length <= MOST_CHARACTERS) found.push(accessTo(mailbox, prefix, rights));
  }
  return found;
}

function accessTo(mailbox: Mailbox, prefix: string, rights: string): Access {
  const name = prefix + mailbox.name;
  return { mailbox, name, listedAs: name, rights };
}
