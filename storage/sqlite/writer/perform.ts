/** What each operation does to the tables. */
import type { DatabaseSync } from "node:sqlite";
import { Refusal } from "../../../core/contract/refusal.ts";
import type { Operation, ResultOf } from "../../../core/contract/storage.ts";
import { atLeast } from "../../common/copied_runs.ts";
import { newMailboxName } from "../../common/mailbox_name.ts";
import { keyOf, ownerKey, placeKeys } from "../rows.ts";
import { Accounts } from "./accounts.ts";
import type { Bodies, NewBody } from "./bodies.ts";
import { Copies } from "./copies.ts";
import { Datasets } from "./datasets.ts";
import { Expunged } from "./expunged.ts";
import { Keywords } from "./keywords.ts";
import { Mailboxes, type MailboxHead } from "./mailboxes.ts";
import { Messages } from "./messages.ts";
import { Metadata } from "./metadata.ts";
import { Queue } from "./queue.ts";
import { Quotas } from "./quotas.ts";
import { Rights } from "./rights.ts";
import { Subscriptions } from "./subscriptions.ts";
import type { Touched } from "./touched.ts";

/** What operations change. */
export interface Tables {
  /** Accounts and aliases. */
  readonly accounts: Accounts;
  /** Names that accounts subscribed to. */
  readonly subscriptions: Subscriptions;
  /** Mailboxes. */
  readonly mailboxes: Mailboxes;
  /** What others may do in them. */
  readonly rights: Rights;
  /** Entries of mailboxes and of the server. */
  readonly metadata: Metadata;
  /** Datasets of accounts and of everybody. */
  readonly datasets: Datasets;
  /** Messages. */
  readonly messages: Messages;
  /** Messages that go from one mailbox to another. */
  readonly copies: Copies;
  /** What accounts may keep. */
  readonly quotas: Quotas;
  /** Mail on its way out. */
  readonly queue: Queue;
}

/** The tables of an open database. */
export function openTables(database: DatabaseSync, bodies: Bodies, touched: Touched): Tables {
  const mailboxes = new Mailboxes(database, touched), quotas = new Quotas(database);
  const parts = { mailboxes, bodies, keywords: new Keywords(database), quotas }, expunged = new Expunged(database);
  return {
    accounts: new Accounts(database, touched),
    subscriptions: new Subscriptions(database),
    mailboxes,
    rights: new Rights(database, mailboxes),
    metadata: new Metadata(database),
    datasets: new Datasets(database),
    messages: new Messages(database, parts, expunged),
    copies: new Copies(database, parts, expunged),
    quotas,
    queue: new Queue(database, bodies),
  };
}

/** Does an operation within a transaction. @throws Refusal; the transaction must then be taken back to before it. */
export function perform(
  { accounts, subscriptions, mailboxes, rights, metadata, datasets, messages, copies, quotas, queue }: Tables,
  operation: Operation,
  now: number,
  fresh: ReadonlyMap<number, NewBody>,
): ResultOf<Operation> {
  switch (operation.do) {
    case "createAccount": {
      const account = accounts.create(operation.address, operation.secrets, now);
      mailboxes.add(keyOf(account.id), "INBOX", now);
      return account;
    }
    case "setSecrets":
      accounts.setSecrets(keyOf(operation.account), operation.secrets, operation.instead);
      return undefined;
    case "setQuota":
      accounts.setQuota(keyOf(operation.account), operation.quota);
      return undefined;
    case "removeAccount": {
      const account = keyOf(operation.account);
      // No account has the key 0: that is where what belongs to all of them is kept.
      accounts.mustExist(account);
      for (const mailbox of mailboxes.ofAccount(account)) removeMailbox(mailbox);
      rights.removeAllOf(account);
      metadata.removeOfAccount(account);
      datasets.removeOfAccount(account);
      accounts.remove(account);
      return undefined;
    }
    case "setAlias":
      accounts.setAlias(operation.address, operation.to);
      return undefined;
    case "removeAlias":
      accounts.removeAlias(operation.address);
      return undefined;
    case "append":
      return messages.append(operation.mailbox, keyOf(operation.body), operation.details, now, fresh);
    case "deliver":
      return messages.deliver(operation, now, fresh);
    case "setFlags":
      return messages.setFlags(operation.mailbox, operation.uids, operation.change);
    case "copy":
      return atLeast(
        operation.least ?? 0,
        copies.copy(operation.from, operation.uids, operation.to, now, operation.without),
      );
    case "move":
      return copies.move(operation.from, operation.uids, operation.to, now);
    case "expunge":
      return messages.expunge(operation.mailbox, operation.uids, operation.onlyDeleted);
    case "createMailbox": {
      const account = keyOf(operation.account);
      accounts.mustExist(account);
      const { id } = mailboxes.create(account, newMailboxName(operation.name), now);
      mailboxes.setSpecialUse(id, operation.specialUse);
      quotas.refuseTooManyMailboxes(account);
      return mailboxes.whole(id);
    }
    case "renameMailbox":
      renameMailbox(mailboxes.get(operation.mailbox), newMailboxName(operation.name));
      return undefined;
    case "removeMailbox": {
      const mailbox = mailboxes.get(operation.mailbox);
      // RFC 9051 §6.3.5: it is an error to delete INBOX; what is below a name stays.
      if (mailbox.name === "INBOX") throw new Refusal("invalid", "INBOX cannot be removed");
      removeMailbox(mailbox);
      return undefined;
    }
    case "setSpecialUse":
      mailboxes.setSpecialUse(operation.mailbox, operation.specialUse);
      return undefined;
    case "setRights": {
      const { mailbox, rights: letters, mode } = operation;
      const who = operation.who === "anyone" ? 0 : keyOf(operation.who);
      if (operation.who !== "anyone") accounts.mustExist(who);
      // Who is given rights, or loses them, may see other mailboxes.
      if (rights.set(mailbox, who, letters, mode) && who !== 0) accounts.touch(who);
      return undefined;
    }
    case "subscribe":
    case "unsubscribe": {
      const account = keyOf(operation.account);
      accounts.mustExist(account);
      const isChanged = operation.do === "subscribe"
        ? subscriptions.add(account, operation.name)
        : subscriptions.remove(account, operation.name);
      if (isChanged) accounts.touch(account);
      return undefined;
    }
    case "setMetadata":
      setMetadata(operation);
      return undefined;
    case "storeEntries": {
      const account = ownerKey(operation.owner);
      if (account !== 0) accounts.mustExist(account);
      if (!datasets.store(account, operation, now)) return undefined;
      if (account === 0) accounts.touchAll();
      else accounts.touch(account);
      return undefined;
    }
    case "takeRecent":
      return mailboxes.takeRecent(operation.mailbox, operation.before);
    case "enqueue":
      return queue.enqueue(operation.entry, fresh);
    case "claimQueued":
      return queue.claim(operation, now);
    case "extendClaims":
      queue.extend(operation);
      return undefined;
    case "reschedule":
      queue.reschedule(operation, now);
      return undefined;
    case "dequeue":
      queue.dequeue(operation, now);
      return undefined;
  }

  function renameMailbox(mailbox: MailboxHead, to: string): void {
    const count = () => mailboxes.ofAccount(mailbox.account).length, before = count();
    if (mailbox.name === "INBOX") {
      // RFC 9051 §6.3.6: INBOX stays, with the names below it; its messages go.
      const { id } = mailboxes.create(mailbox.account, to, now);
      copies.move(mailbox.id, [[1, mailbox.uidNext]], id, now);
      // RFC 5464 §4.1: what is made has its metadata, and INBOX keeps it.
      metadata.copy(mailbox.id, id);
    } else {
      mailboxes.rename(mailbox, to, now);
    }
    if (count() > before) quotas.refuseTooManyMailboxes(mailbox.account);
  }

  function removeMailbox(mailbox: MailboxHead): void {
    messages.removeAllOf(mailbox.id);
    metadata.removeOfMailbox(mailbox.id);
    mailboxes.remove(mailbox);
  }

  function setMetadata({ place, entries, onlyNew }: Operation & { readonly do: "setMetadata" }): void {
    if (place.mailbox !== undefined) mailboxes.get(place.mailbox);
    const { mailbox, account } = placeKeys(place);
    if (place.account !== undefined) accounts.mustExist(account);
    metadata.set(mailbox, account, entries, onlyNew);
    if (place.mailbox !== undefined) mailboxes.annotated(mailbox);
    else if (place.account !== undefined) accounts.touch(account);
    else accounts.touchAll();
  }
}
