/** Names in the filters of NOTIFY, as LIST has them (RFC 5465 §6.5, §6.6), and whose mailboxes they are. */
import type { AccountId, Storage } from "../../../../core/contract/mod.ts";
import { canonicalName } from "../../../../core/mailboxes/canonical_name.ts";
import { placeOf } from "../access.ts";
import type { EventGroup } from "../grammar/notify_arguments.ts";
import type { User } from "../state.ts";

/** Groups whose names lead where those of the client do, and the others whom they speak of. */
export interface ResolvedGroups {
  readonly groups: readonly EventGroup[];
  readonly owners: ReadonlySet<AccountId>;
}

/** Resolves all names; whether there are such mailboxes does not matter. */
export async function resolveGroups(
  storage: Storage,
  user: User,
  given: readonly EventGroup[],
): Promise<ResolvedGroups> {
  const owners = new Set<AccountId>();
  const resolved = async (name: string) => {
    const place = await placeOf(storage, user, canonicalName(name));
    if (place === undefined) return canonicalName(name);
    if (place.owner !== user.account) owners.add(place.owner);
    return place.prefix + canonicalName(place.name);
  };
  const groups: EventGroup[] = [];
  for (const { filter, events } of given) {
    if (!("names" in filter)) groups.push({ filter, events });
    else {
      const names: string[] = [];
      for (const name of filter.names) names.push(await resolved(name));
      groups.push({ filter: { ...filter, names }, events });
    }
  }
  return { groups, owners };
}
