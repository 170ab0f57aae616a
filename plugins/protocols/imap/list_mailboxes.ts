/** Which names LIST tells, and with what attributes (RFC 9051 §6.3.9, RFC 5258). */
import { hasRights } from "./access.ts";
import { nameMatcher } from "./grammar/list_pattern.ts";
import type { ListArguments } from "./grammar/list_arguments.ts";
import { type Level, ListTree } from "./list_tree.ts";
import type { ListedName } from "./printing/list_response.ts";
import type { Session } from "./session.ts";
import type { User } from "./state.ts";
import { visibleMailboxes } from "../../../core/mailboxes/visible_mailboxes.ts";

/** A name to be told, and what it stands for. */
export interface Found extends ListedName {
  /** The name meets the criteria by itself, and does not only stand above what does. */
  readonly level: Level;
}

/** All names that LIST has to tell, those above before those below. @throws CommandRefused when there are too many. */
export async function listMailboxes(session: Session, user: User, list: ListArguments): Promise<readonly Found[]> {
  const { selection, returns } = list;
  const isRecursive = selection.has("RECURSIVEMATCH");
  // RFC 5258 §3.1: the selection option implies the return option.
  const tellsSubscribed = selection.has("SUBSCRIBED") || returns.options.has("SUBSCRIBED");
  const { storage } = session.service.context;
  const tree = new ListTree();
  for (const access of await visibleMailboxes(storage, user)) tree.addMailbox(access);
  const subscribed = new Set(tellsSubscribed ? await storage.subscriptions(user.account) : []);
  // RFC 5258 §3.1: also names of mailboxes that are not there.
  if (selection.has("SUBSCRIBED")) { for (const name of subscribed) tree.addSubscribed(name); }
  const levels = tree.decide(
    nameMatcher(list.patterns.filter((pattern) => pattern !== "").map((pattern) => list.reference + pattern)),
    criteriaOf(user, selection),
  );
  const isModern = list.isExtended || session.extensions.isRev2;
  return levels.flatMap((level): Found[] => {
    if (!isListed(level, selection)) return [];
    const attributes = [
      ...existence(level, isModern),
      level.hasMailboxBelow ? "\\HasChildren" : "\\HasNoChildren",
      ...subscribed.has(level.name) ? ["\\Subscribed"] : [],
      ...specialUse(level, user),
    ];
    const childInfo = isRecursive && level.hasSelectedBelow ? { childInfo: ["SUBSCRIBED"] } : {};
    return [{ level, name: level.name, attributes, ...childInfo }];
  });
}

/** Attributes of one mailbox, as LIST would have them. @throws CommandRefused when there are too many names. */
export async function attributesOf(session: Session, user: User, name: string): Promise<readonly string[]> {
  const list = { isExtended: true, selection: new Set<never>(), reference: "", patterns: [name] };
  const found = await listMailboxes(session, user, { ...list, returns: { options: new Set() } });
  // What the name is as a pattern may match others as well.
  return found.find((other) => other.name === name)?.attributes ?? [];
}

/** RFC 5258 §3.3: what is selected, or stands above what is selected and would not be told otherwise. */
function isListed({ match, isSelected, hasHiddenBelow, hasMailboxBelow }: Level, selection: Selection): boolean {
  if (match === "none") return false;
  if (isSelected) return true;
  if (selection.has("RECURSIVEMATCH")) return hasHiddenBelow;
  // RFC 9051 §6.3.9: a "%" at the end also finds levels that are no mailboxes.
  return match === "level" && hasMailboxBelow && !selection.has("SUBSCRIBED") && !selection.has("SPECIAL-USE");
}

type Selection = ListArguments["selection"];

function criteriaOf(user: User, selection: Selection): (level: Level) => boolean {
  const isSubscribed = selection.has("SUBSCRIBED"), isSpecial = selection.has("SPECIAL-USE");
  return (level) => {
    if (isSpecial && specialUse(level, user).length === 0) return false;
    return isSubscribed ? level.isSubscribed : level.access !== undefined;
  };
}

/** RFC 9051 §9, mbx-list-sflag: at most one of these. */
function existence({ access }: Level, isModern: boolean): readonly string[] {
  if (access === undefined) return [isModern ? "\\NonExistent" : "\\Noselect"];
  // RFC 4314 §4: SELECT needs "r".
  return hasRights(access, "r") ? [] : ["\\Noselect"];
}

/** RFC 6154 §2: a use is its user's, and nothing to others who see the mailbox. */
function specialUse({ access }: Level, user: User): readonly string[] {
  const { specialUse: use, account } = access?.mailbox ?? {};
  return use !== undefined && account === user.account ? [use] : [];
}
