/** What operations do to the mailboxes in memory. */
import type { AccountId, MailboxId } from "../../core/contract/identifiers.ts";
import type { Mailbox } from "../../core/contract/mailbox.ts";
import { Refusal } from "../../core/contract/refusal.ts";
import type { Operation } from "../../core/contract/storage.ts";
import { inferiorPrefix, renamed, superiorNames } from "../common/mailbox_name.ts";
import { changedRights } from "../common/rights.ts";
import { knownSpecialUse } from "../common/special_use.ts";
import { copy, expunge, nextModseq, release } from "./messages.ts";
import { type Changes, placeKey, shown, type State, type StoredMailbox } from "./state.ts";

/** Adds one whose name is known to be free, below one that is there. */
export function addMailbox(state: State, changes: Changes, account: AccountId, name: string, now: Date): StoredMailbox {
  const superior = superiorNames(name).at(-1);
  const mailbox: StoredMailbox = {
    id: state.nextId() as MailboxId,
    account,
    name,
    uidValidity: state.nextUidValidity(now),
    uidNext: 1,
    highestModseq: 1n,
    recentFrom: 1,
    keywords: [],
    specialUse: undefined,
    // RFC 4314 §4: what is made has the rights of what is above it.
    rights: superior === undefined ? {} : state.mailboxByName(account, superior)?.rights ?? {},
    messages: new Map(),
    envelopes: new Map(),
    expunged: [],
  };
  changes.set(state.mailboxes, mailbox.id, mailbox);
  changes.touched.add(mailbox);
  return mailbox;
}

/** Adds one, with those above it. @throws Refusal `conflict`, `invalid`. */
export function createMailbox(
  state: State,
  changes: Changes,
  account: AccountId,
  name: string,
  now: Date,
  specialUse?: string,
): Mailbox {
  if (state.mailboxByName(account, name) !== undefined) throw taken();
  addSuperiors(state, changes, account, name, now);
  const made = addMailbox(state, changes, account, name, now);
  setSpecialUse(state, changes, made, specialUse);
  return shown(made);
}

/** RFC 9051 §6.3.4: the names above are made when they are not there. */
function addSuperiors(state: State, changes: Changes, account: AccountId, name: string, now: Date): void {
  for (const superior of superiorNames(name)) {
    if (state.mailboxByName(account, superior) === undefined) addMailbox(state, changes, account, superior, now);
  }
}

/** RFC 9051 §6.3.6. @throws Refusal `conflict`, `invalid`. */
export function renameMailbox(state: State, changes: Changes, mailbox: StoredMailbox, to: string, now: Date): void {
  const { account, name: from } = mailbox;
  if (from === "INBOX") {
    // INBOX stays, with the names below it; its messages go.
    const { id } = createMailbox(state, changes, account, to, now);
    const moved = copy(state, changes, mailbox, [[1, mailbox.uidNext]], state.mailbox(id), now);
    expunge(state, changes, mailbox, moved);
    copyMetadata(state, changes, mailbox.id, id);
    return;
  }
  const family = state.mailboxesOf(account).filter(({ id, name }) =>
    id === mailbox.id || name.startsWith(inferiorPrefix(from))
  );
  const others = new Set(state.mailboxesOf(account).filter((other) => !family.includes(other)).map(({ name }) => name));
  for (const member of family) {
    const name = renamed(member.name, from, to);
    if (to === from || others.has(name)) throw taken();
    changes.assign(member, { name });
    changes.touched.add(member);
  }
  addSuperiors(state, changes, account, to, now);
}

/** RFC 5464 §4.1: what is made of INBOX has its metadata, and INBOX keeps it. */
function copyMetadata(state: State, changes: Changes, from: MailboxId, to: MailboxId): void {
  for (const { place, entries } of [...state.metadata.values()]) {
    if (place.mailbox !== from) continue;
    const copied = { ...place, mailbox: to };
    changes.set(state.metadata, placeKey(copied), { place: copied, entries });
  }
}

/** With its messages and its metadata. */
export function removeMailbox(state: State, changes: Changes, mailbox: StoredMailbox): void {
  for (const { body } of mailbox.messages.values()) release(state, changes, body);
  for (const [key, { place }] of [...state.metadata]) {
    if (place.mailbox === mailbox.id) changes.delete(state.metadata, key);
  }
  changes.delete(state.mailboxes, mailbox.id);
  changes.touched.add(mailbox);
}

/** RFC 6154 §3: at most one mailbox of an account has each. @throws Refusal `conflict`, `invalid`. */
export function setSpecialUse(
  state: State,
  changes: Changes,
  mailbox: StoredMailbox,
  specialUse: string | undefined,
): void {
  const use = specialUse === undefined ? undefined : knownSpecialUse(specialUse);
  if (use === mailbox.specialUse) return;
  if (use !== undefined && state.mailboxesOf(mailbox.account).some((other) => other.specialUse === use)) {
    throw new Refusal("conflict", "another mailbox has that use");
  }
  changes.assign(mailbox, { specialUse: use });
  // RFC 6154 §4: clients take it for metadata.
  nextModseq(changes, mailbox);
}

/** Replaces or changes what somebody may do. @throws Refusal `not-found`, `invalid`. */
export function setRights(
  state: State,
  changes: Changes,
  { mailbox: id, who, rights: letters, mode }: Operation & { do: "setRights" },
): void {
  const mailbox = state.mailbox(id);
  if (who !== "anyone") state.account(who);
  const { [who]: before = "", ...others } = mailbox.rights;
  const after = changedRights(before, letters, mode);
  if (after === before) return;
  changes.assign(mailbox, { rights: after === "" ? others : { ...others, [who]: after } });
  changes.touched.add(mailbox);
  if (who !== "anyone") changes.touchedAccounts.add(who);
}

/** RFC 3501 §2.3.2: gives from which UID on messages were `\\Recent`, and makes that UIDNEXT, or what is given. */
export function takeRecent(changes: Changes, mailbox: StoredMailbox, before = Infinity): number {
  const { recentFrom, uidNext } = mailbox;
  changes.assign(mailbox, { recentFrom: Math.max(recentFrom, Math.min(before, uidNext)) });
  return recentFrom;
}

function taken(): Refusal {
  return new Refusal("conflict", "there is a mailbox of that name");
}
