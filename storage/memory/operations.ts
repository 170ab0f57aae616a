/** What each operation does to the state in memory. */
import type { AccountId, BodyId, MailboxId } from "../../core/contract/identifiers.ts";
import type { Mailbox, Message, MessageDetails, UidSet } from "../../core/contract/mailbox.ts";
import { Refusal } from "../../core/contract/refusal.ts";
import type { Operation, ResultOf } from "../../core/contract/storage.ts";
import { changedFlags, distinctFlags } from "../common/flags.ts";
import { inferiorPrefix, knownMailboxName, newMailboxName, renamed, superiorNames } from "../common/mailbox_name.ts";
import { isInRanges, uidRanges } from "../common/uid_set.ts";
import { type Changes, shown, type State, type StoredMailbox } from "./state.ts";

/** Does an operation, all of it or (after `changes.undo()`) nothing. @throws Refusal. */
export function perform(state: State, changes: Changes, operation: Operation, now: Date): ResultOf<Operation> {
  switch (operation.do) {
    case "createAccount": {
      const { address, secrets } = operation;
      refuseTaken(isAccount(state, address) || state.aliases.has(address), "that address is taken");
      const account = { id: String(state.nextId()) as AccountId, address, createdAt: now, secrets: { ...secrets } };
      changes.set(state.accounts, account.id, account);
      addMailbox(state, changes, account.id, "INBOX", now);
      return account;
    }
    case "setSecrets": {
      const account = state.account(operation.account);
      changes.set(state.accounts, account.id, { ...account, secrets: { ...operation.secrets } });
      return undefined;
    }
    case "removeAccount": {
      const { id } = state.account(operation.account);
      for (const mailbox of state.mailboxesOf(id)) removeMailbox(state, changes, mailbox);
      changes.delete(state.accounts, id);
      return undefined;
    }
    case "setAlias": {
      const { address, to } = operation;
      if (to.length === 0) throw new Refusal("invalid", "an alias leads to at least one address");
      refuseTaken(isAccount(state, address), "that address is an account's");
      changes.set(state.aliases, address, { address, to: [...to] });
      return undefined;
    }
    case "removeAlias":
      if (!state.aliases.has(operation.address)) throw new Refusal("not-found", "there is no such alias");
      changes.delete(state.aliases, operation.address);
      return undefined;
    case "append":
      return append(state, changes, state.mailbox(operation.mailbox), operation.body, operation.details, now);
    case "deliver": {
      const account = state.account(operation.account).id;
      const named = state.mailboxByName(account, knownMailboxName(operation.mailboxName) ?? "INBOX");
      const mailbox = named ?? state.mailboxByName(account, "INBOX");
      if (mailbox === undefined) throw new Refusal("not-found", "the account has no INBOX");
      return append(state, changes, mailbox, operation.body, operation.details, now);
    }
    case "setFlags":
      return setFlags(state, changes, operation);
    case "copy":
      return copy(state, changes, state.mailbox(operation.from), operation.uids, state.mailbox(operation.to), now);
    case "move": {
      const from = state.mailbox(operation.from);
      const moved = copy(state, changes, from, operation.uids, state.mailbox(operation.to), now);
      expunge(state, changes, from, moved.map(([uid]) => uid));
      return moved;
    }
    case "expunge": {
      const mailbox = state.mailbox(operation.mailbox);
      return expunge(state, changes, mailbox, selected(mailbox, operation.uids).map(({ uid }) => uid));
    }
    case "createMailbox":
      return createMailbox(state, changes, state.account(operation.account).id, newMailboxName(operation.name), now);
    case "renameMailbox":
      return renameMailbox(state, changes, state.mailbox(operation.mailbox), newMailboxName(operation.name), now);
    case "removeMailbox": {
      const mailbox = state.mailbox(operation.mailbox);
      // RFC 9051 §6.3.5: it is an error to delete INBOX; what is below a name stays.
      if (mailbox.name === "INBOX") throw new Refusal("invalid", "INBOX cannot be removed");
      removeMailbox(state, changes, mailbox);
      return undefined;
    }
  }
}

function refuseTaken(isTaken: boolean, text: string): void {
  if (isTaken) throw new Refusal("conflict", text);
}

function isAccount(state: State, address: string): boolean {
  return [...state.accounts.values()].some((account) => account.address === address);
}

/** RFC 7162 §3.1: each change of a mailbox has a mod-sequence of its own, greater than those before. */
function nextModseq(changes: Changes, mailbox: StoredMailbox): bigint {
  changes.touched.add(mailbox);
  changes.assign(mailbox, { highestModseq: mailbox.highestModseq + 1n });
  return mailbox.highestModseq;
}

function append(
  state: State,
  changes: Changes,
  mailbox: StoredMailbox,
  body: BodyId,
  details: MessageDetails,
  now: Date,
): Message {
  const stored = state.body(body);
  const message: Message = {
    uid: mailbox.uidNext,
    modseq: nextModseq(changes, mailbox),
    receivedAt: new Date(details.receivedAt),
    savedAt: now,
    flags: distinctFlags(details.flags),
    size: stored.summary.size,
    crlfSize: stored.summary.crlfSize,
    body,
  };
  changes.assign(stored, { references: stored.references + 1 });
  changes.assign(mailbox, { uidNext: message.uid + 1 });
  changes.set(mailbox.messages, message.uid, message);
  return message;
}

function selected(mailbox: StoredMailbox, uids: UidSet): Message[] {
  const ranges = uidRanges(uids);
  return [...mailbox.messages.values()].filter(({ uid }) => isInRanges(uid, ranges));
}

function setFlags(
  state: State,
  changes: Changes,
  { mailbox: id, uids, change }: Operation & { do: "setFlags" },
): ResultOf<Operation & { do: "setFlags" }> {
  const mailbox = state.mailbox(id);
  const flags = distinctFlags(change.flags);
  const changed: Message[] = [], modified: number[] = [];
  let modseq: bigint | undefined;
  for (const message of selected(mailbox, uids)) {
    // RFC 7162 §3.1.3: what another has changed since is left alone, and told.
    if (change.unchangedSince !== undefined && message.modseq > change.unchangedSince) {
      modified.push(message.uid);
      continue;
    }
    const after = changedFlags(message.flags, change.mode, flags);
    if (after === undefined) continue;
    modseq ??= nextModseq(changes, mailbox);
    const next = { ...message, flags: after, modseq };
    changes.set(mailbox.messages, message.uid, next);
    changed.push(next);
  }
  return { changed, modified };
}

function copy(
  state: State,
  changes: Changes,
  from: StoredMailbox,
  uids: UidSet,
  to: StoredMailbox,
  now: Date,
): (readonly [number, number])[] {
  // RFC 9051 §6.4.7: flags and internal date are preserved.
  return selected(from, uids).map((message) =>
    [message.uid, append(state, changes, to, message.body, message, now).uid] as const
  );
}

function expunge(state: State, changes: Changes, mailbox: StoredMailbox, uids: readonly number[]): number[] {
  if (uids.length === 0) return [];
  const modseq = nextModseq(changes, mailbox);
  const messages = new Map(mailbox.messages);
  for (const uid of uids) {
    const message = messages.get(uid);
    if (message !== undefined) release(state, changes, message.body);
    messages.delete(uid);
  }
  const expunged = [...mailbox.expunged, ...uids.map((uid) => ({ uid, modseq }))];
  changes.assign(mailbox, { messages, expunged });
  return [...uids];
}

/** A body goes with its last message. */
function release(state: State, changes: Changes, body: BodyId): void {
  const stored = state.body(body);
  changes.assign(stored, { references: stored.references - 1 });
  if (stored.references === 0) changes.delete(state.bodies, body);
}

function addMailbox(state: State, changes: Changes, account: AccountId, name: string, now: Date): StoredMailbox {
  const mailbox: StoredMailbox = {
    id: state.nextId() as MailboxId,
    account,
    name,
    uidValidity: state.nextUidValidity(now),
    uidNext: 1,
    highestModseq: 1n,
    messages: new Map(),
    expunged: [],
  };
  changes.set(state.mailboxes, mailbox.id, mailbox);
  changes.touched.add(mailbox);
  return mailbox;
}

function createMailbox(state: State, changes: Changes, account: AccountId, name: string, now: Date): Mailbox {
  refuseTaken(state.mailboxByName(account, name) !== undefined, "there is a mailbox of that name");
  addSuperiors(state, changes, account, name, now);
  return shown(addMailbox(state, changes, account, name, now));
}

/** RFC 9051 §6.3.4: the names above are made when they are not there. */
function addSuperiors(state: State, changes: Changes, account: AccountId, name: string, now: Date): void {
  for (const superior of superiorNames(name)) {
    if (state.mailboxByName(account, superior) === undefined) addMailbox(state, changes, account, superior, now);
  }
}

/** RFC 9051 §6.3.6. */
function renameMailbox(state: State, changes: Changes, mailbox: StoredMailbox, to: string, now: Date): undefined {
  const { account, name: from } = mailbox;
  if (from === "INBOX") {
    // INBOX stays, with the names below it; its messages go.
    const { id } = createMailbox(state, changes, account, to, now);
    const moved = copy(state, changes, mailbox, [[1, mailbox.uidNext]], state.mailbox(id), now);
    expunge(state, changes, mailbox, moved.map(([uid]) => uid));
    return undefined;
  }
  const family = state.mailboxesOf(account).filter(({ id, name }) =>
    id === mailbox.id || name.startsWith(inferiorPrefix(from))
  );
  const taken = new Set(state.mailboxesOf(account).filter((other) => !family.includes(other)).map(({ name }) => name));
  for (const member of family) {
    const name = renamed(member.name, from, to);
    refuseTaken(to === from || taken.has(name), "there is a mailbox of that name");
    changes.assign(member, { name });
    changes.touched.add(member);
  }
  addSuperiors(state, changes, account, to, now);
  return undefined;
}

function removeMailbox(state: State, changes: Changes, mailbox: StoredMailbox): void {
  for (const { body } of mailbox.messages.values()) release(state, changes, body);
  changes.delete(state.mailboxes, mailbox.id);
  changes.touched.add(mailbox);
}
