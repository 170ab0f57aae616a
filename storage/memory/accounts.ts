/** What operations do to accounts in memory, and to what belongs to them: quotas, subscriptions, metadata. */
import type { Account, Secrets } from "../../core/contract/accounts.ts";
import type { AccountId } from "../../core/contract/identifiers.ts";
import { Refusal } from "../../core/contract/refusal.ts";
import type { Operation } from "../../core/contract/storage.ts";
import { newMailboxName } from "../common/mailbox_name.ts";
import { knownEntries, refuseTooManyEntries } from "../common/metadata_entries.ts";
import { knownQuota, refuseFull, refuseTooManyMailboxes, type Usage } from "../common/quota.ts";
import { refuseOtherSecrets } from "../common/secrets.ts";
import { refuseTooManySubscriptions } from "../common/subscriptions.ts";
import { addMailbox, removeMailbox } from "./mailboxes.ts";
import { nextModseq } from "./messages.ts";
import { type Changes, placeKey, shown, type State } from "./state.ts";

/** With its INBOX. @throws Refusal `conflict`. */
export function createAccount(state: State, changes: Changes, address: string, secrets: Secrets, now: Date): Account {
  refuseTaken(isAccount(state, address) || state.aliases.has(address), "that address is taken");
  const account = { id: String(state.nextId()) as AccountId, address, createdAt: now, secrets: { ...secrets } };
  changes.set(state.accounts, account.id, account);
  addMailbox(state, changes, account.id, "INBOX", now);
  return account;
}

/** With its mailboxes, and what it has elsewhere. @throws Refusal `not-found`. */
export function removeAccount(state: State, changes: Changes, id: AccountId): void {
  state.account(id);
  for (const mailbox of state.mailboxesOf(id)) removeMailbox(state, changes, mailbox);
  for (const mailbox of state.mailboxes.values()) {
    const { [id]: its, ...rights } = mailbox.rights;
    if (its === undefined) continue;
    changes.assign(mailbox, { rights });
    changes.touched.add(mailbox);
  }
  for (const [key, { place }] of [...state.metadata]) {
    if (place.account === id) changes.delete(state.metadata, key);
  }
  changes.delete(state.subscriptions, id);
  changes.delete(state.datasets, id);
  changes.delete(state.accounts, id);
  changes.touchedAccounts.add(id);
}

/** Replaces. @throws Refusal `conflict`, `invalid`. */
export function setAlias(state: State, changes: Changes, address: string, to: readonly string[]): void {
  if (to.length === 0) throw new Refusal("invalid", "an alias leads to at least one address");
  refuseTaken(isAccount(state, address), "that address is an account's");
  changes.set(state.aliases, address, { address, to: [...to] });
}

/** Replaces all. @throws Refusal `not-found`, `conflict`. */
export function setSecrets(state: State, changes: Changes, operation: Operation & { do: "setSecrets" }): void {
  const account = state.account(operation.account);
  refuseOtherSecrets(account.secrets, operation.instead);
  changes.set(state.accounts, account.id, { ...account, secrets: { ...operation.secrets } });
  changes.touchedAccounts.add(account.id);
}

/** Replaces the limits of an account. @throws Refusal `not-found`, `invalid`. */
export function setQuota(state: State, changes: Changes, operation: Operation & { do: "setQuota" }): void {
  const { quota: _, ...account } = state.account(operation.account);
  const quota = knownQuota(operation.quota);
  changes.set(state.accounts, account.id, { ...account, ...quota && { quota } });
  changes.touchedAccounts.add(account.id);
}

/** After messages, or mailboxes, were added to an account. @throws Refusal `over-quota`. */
export function refuseOverQuota(state: State, id: AccountId, added: "messages" | "mailboxes"): void {
  const { quota } = state.account(id);
  if (quota === undefined) return;
  const refuse = added === "messages" ? refuseFull : refuseTooManyMailboxes;
  refuse(quota, usageOf(state, id));
}

function usageOf(state: State, id: AccountId): Usage {
  const usage = { storage: 0, messages: 0, mailboxes: 0 };
  for (const { messages, size } of state.mailboxesOf(id).map(shown)) {
    usage.storage += size;
    usage.messages += messages;
    usage.mailboxes++;
  }
  return usage;
}

/** RFC 9051 §6.3.7, §6.3.8: whether there is a mailbox of that name does not matter. @throws Refusal. */
export function subscribe(
  state: State,
  changes: Changes,
  operation: Operation & { do: "subscribe" | "unsubscribe" },
): void {
  const { id } = state.account(operation.account);
  const name = newMailboxName(operation.name);
  const before = state.subscriptions.get(id) ?? [];
  if (before.includes(name) === (operation.do === "subscribe")) return;
  const after = before.includes(name) ? before.filter((other) => other !== name) : [...before, name];
  refuseTooManySubscriptions(after.length);
  changes.set(state.subscriptions, id, after);
  changes.touchedAccounts.add(id);
}

/** RFC 5464. @throws Refusal `not-found`, `invalid`, `too-large`. */
export function setMetadata(state: State, changes: Changes, operation: Operation & { do: "setMetadata" }): void {
  const { mailbox: mailboxId, account } = operation.place;
  const mailbox = mailboxId === undefined ? undefined : state.mailbox(mailboxId);
  if (account !== undefined) state.account(account);
  const key = placeKey(operation.place);
  const entries = new Map(state.metadata.get(key)?.entries);
  for (const [name, value] of knownEntries(operation.entries)) {
    if (operation.onlyNew && entries.has(name)) continue;
    if (value === undefined) entries.delete(name);
    else entries.set(name, value.slice());
  }
  const octets = [...entries.values()].reduce((sum, { length }) => sum + length, 0);
  refuseTooManyEntries({ count: entries.size, octets });
  changes.set(state.metadata, key, { place: operation.place, entries });
  // RFC 7162 §3.2: a change of the mailbox, for those who look whether there was any.
  if (mailbox !== undefined) nextModseq(changes, mailbox);
  else for (const id of account === undefined ? state.accounts.keys() : [account]) changes.touchedAccounts.add(id);
}

function refuseTaken(isTaken: boolean, text: string): void {
  if (isTaken) throw new Refusal("conflict", text);
}

function isAccount(state: State, address: string): boolean {
  return [...state.accounts.values()].some((account) => account.address === address);
}
