/**
 * What becomes of mail that was popped: Gmail's ways. RFC 1939 leaves what was retrieved where it is, and removes what was
 * deleted. Here both have `$Popped` from QUIT on, are in no maildrop any more, and lie where the configuration says; POP
 * clients that delete what they have fetched take nothing away from those who read it elsewhere.
 */
import type { AccountId, Mailbox, Operation, Storage } from "../../../../core/contract/mod.ts";
import { Refusal } from "../../../../core/contract/mod.ts";
import { poppedKeyword } from "./maildrop_content.ts";
import { uidSet } from "./uid_set.ts";

/** `nothing`: as RFC 1939 has it. */
export type Popped = "nothing" | "leave" | "read" | "archive" | "trash";

/** UIDs by mailbox, ascending. */
export type Selected = ReadonlyMap<Mailbox, readonly number[]>;

/** Mailboxes that messages are moved to: by special use (RFC 6154), or else by name. */
const targets = {
  archive: { specialUse: "\\Archive", name: "Archive" },
  trash: { specialUse: "\\Trash", name: "Trash" },
} as const;

/** What has to be done with popped messages. @throws Refusal where a mailbox for them can neither be found nor made. */
export async function operationsOn(
  selected: Selected,
  popped: Exclude<Popped, "nothing">,
  storage: Storage,
  account: AccountId,
): Promise<Operation[]> {
  const flags = popped === "read" ? [poppedKeyword, "\\Seen"] : [poppedKeyword];
  const marks = marking(selected, flags);
  if (popped === "leave" || popped === "read" || marks.length === 0) return marks;
  const target = await findOrMake(storage, account, targets[popped]);
  const moves = [...selected].flatMap(([from, uids]): Operation[] =>
    from.id === target.id ? [] : [{ do: "move", from: from.id, uids: uidSet(uids), to: target.id }]
  );
  return [...marks, ...moves];
}

/** What marks messages as popped, and does nothing else with them. */
export function marking(selected: Selected, flags: readonly string[] = [poppedKeyword]): Operation[] {
  return [...selected].map(([mailbox, uids]): Operation => ({
    do: "setFlags",
    mailbox: mailbox.id,
    uids: uidSet(uids),
    change: { mode: "add", flags },
  }));
}

/** What removes messages (RFC 1939 §6). */
export function removing(selected: Selected): Operation[] {
  return [...selected].map(([mailbox, uids]): Operation => ({
    do: "expunge",
    mailbox: mailbox.id,
    uids: uidSet(uids),
  }));
}

async function findOrMake(
  storage: Storage,
  account: AccountId,
  { specialUse, name }: (typeof targets)[keyof typeof targets],
): Promise<Mailbox> {
  const find = async () => (await storage.mailboxes(account)).find((mailbox) => mailbox.specialUse === specialUse);
  const found = await find() ?? await storage.mailboxByName(account, name);
  if (found !== undefined) return found;
  try {
    const [made] = await storage.apply([{ do: "createMailbox", account, name, specialUse }]);
    return made;
  } catch (error) {
    // Another session has just made it.
    const made = error instanceof Refusal && error.kind === "conflict" ? await find() : undefined;
    if (made === undefined) throw error;
    return made;
  }
}
