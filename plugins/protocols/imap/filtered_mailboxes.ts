/** The mailboxes that a mailbox filter speaks of (RFC 5465 §6, RFC 7377 §2.2). */
import type { MailboxId, Storage } from "../../../core/contract/mod.ts";
import { nameInList } from "../../../core/mailboxes/canonical_name.ts";
import { type Access, accessById, findMailbox, hasRights } from "./access.ts";
import type { MailboxFilter } from "./grammar/mailbox_filter.ts";
import type { User } from "./state.ts";
import { visibleMailboxes } from "../../../core/mailboxes/visible_mailboxes.ts";

/**
 * Each once, in the order of the filters. RFC 7377 §2.2: those that the user may not read are passed over, and so are
 * those that were not named and may not be looked up.
 */
export async function filteredMailboxes(
  storage: Storage,
  user: User,
  filters: readonly MailboxFilter[],
  selected: MailboxId | undefined,
): Promise<readonly Access[]> {
  let visible: readonly Access[] | undefined;
  const found = new Map<MailboxId, Access>();
  for (const filter of filters) {
    if (needsAll(filter)) visible ??= await visibleMailboxes(storage, user);
    for (const access of await matching(storage, user, filter, visible ?? [], selected)) {
      const { mailbox: { id } } = access;
      if (hasRights(access, "r") && !found.has(id)) found.set(id, access);
    }
  }
  return [...found.values()];
}

function needsAll({ which }: MailboxFilter): boolean {
  return which !== "mailboxes" && which !== "selected" && which !== "selected-delayed";
}

async function matching(
  storage: Storage,
  user: User,
  filter: MailboxFilter,
  visible: readonly Access[],
  selected: MailboxId | undefined,
): Promise<readonly Access[]> {
  switch (filter.which) {
    case "selected":
    case "selected-delayed":
      return present([selected === undefined ? undefined : await accessById(storage, user, selected)]);
    // RFC 5465 §6.3: where it is not known to which mailboxes mail may be delivered, these are the same.
    case "inboxes":
    case "personal":
      return visible.filter(({ mailbox }) => mailbox.account === user.account);
    case "subscribed": {
      const names = new Set(await storage.subscriptions(user.account));
      return visible.filter(({ listedAs }) => names.has(listedAs));
    }
    case "subtree":
    case "subtree-one": {
      const named = await namedMailboxes(storage, user, filter.names);
      const tops: string[] = [];
      for (const name of filter.names) tops.push(await nameInList(storage, user, name));
      const isBelow = belowAny(tops, filter.which === "subtree" ? Infinity : 1);
      return [...named, ...visible.filter(({ listedAs }) => isBelow(listedAs))];
    }
    // RFC 5465 §6.6: no wildcards.
    case "mailboxes":
      return await namedMailboxes(storage, user, filter.names);
  }
}

async function namedMailboxes(storage: Storage, user: User, names: readonly string[]): Promise<readonly Access[]> {
  const found: (Access | undefined)[] = [];
  for (const name of names) found.push(await findMailbox(storage, user, name));
  return present(found);
}

function present(found: readonly (Access | undefined)[]): readonly Access[] {
  return found.filter((access) => access !== undefined);
}

/** Whether a name is at most so many levels below one of these, as LIST has them. */
function belowAny(tops: readonly string[], levels: number): (name: string) => boolean {
  const prefixes = tops.map((name) => `${name}/`);
  return (name) =>
    prefixes.some((prefix) => name.startsWith(prefix) && name.slice(prefix.length).split("/").length <= levels);
}
