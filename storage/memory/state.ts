/** What the storage in memory holds, and changes to it that can be taken back. */
import type { Account, Alias } from "../../core/contract/accounts.ts";
import type { AccountId, BodyId, MailboxId, QueueId } from "../../core/contract/identifiers.ts";
import type { DatasetOwner } from "../../core/contract/datasets.ts";
import type {
  DeliveryEnvelope,
  Mailbox,
  MailboxRights,
  Message,
  Metadata,
  MetadataPlace,
} from "../../core/contract/mailbox.ts";
import type { MessageSummary } from "../../core/contract/message.ts";
import type { QueueEntry } from "../../core/contract/queue.ts";
import { Refusal } from "../../core/contract/refusal.ts";
import { nextModtime } from "../common/dataset_entries.ts";
import { Tally } from "../common/tally.ts";
import type { StoredDatasets } from "./datasets.ts";

/** A body, and how many messages and entries of the queue have it: none before a batch names it. */
export interface StoredBody {
  /** All of it. */
  readonly octets: Uint8Array;
  /** What was parsed of it. */
  readonly summary: MessageSummary;
  /** How many have it. */
  references: number;
}

/** A mailbox, its messages in UID order, and what was expunged from it. */
export interface StoredMailbox {
  /** For ever. */
  readonly id: MailboxId;
  /** Whose. */
  readonly account: AccountId;
  /** Canonical. */
  name: string;
  /** RFC 9051 §2.3.1.1. */
  readonly uidValidity: number;
  /** The next message's. */
  uidNext: number;
  /** The last change's. */
  highestModseq: bigint;
  /** RFC 3501 §2.3.2: the first message that no session has been shown. */
  recentFrom: number;
  /** In the order in which they came. */
  keywords: readonly string[];
  /** RFC 6154. */
  specialUse: string | undefined;
  /** RFC 4314. */
  rights: MailboxRights;
  /** By UID, which is also their order. */
  messages: Map<number, Message>;
  /** By UID. */
  envelopes: Map<number, DeliveryEnvelope>;
  /** In the order of their mod-sequences. */
  expunged: readonly { readonly uid: number; readonly modseq: bigint }[];
}

/** Entries of metadata, and where they belong. */
export interface StoredMetadata {
  /** To what, and to whom. */
  readonly place: MetadataPlace;
  /** By name. */
  readonly entries: Metadata;
}

/** Everything. */
export class State {
  /** By id. */
  readonly accounts = new Map<AccountId, Account>();
  /** By address. */
  readonly aliases = new Map<string, Alias>();
  /** By id. */
  readonly mailboxes = new Map<MailboxId, StoredMailbox>();
  /** By id. */
  readonly bodies = new Map<BodyId, StoredBody>();
  /** Names, in no order, by account. */
  readonly subscriptions = new Map<AccountId, readonly string[]>();
  /** Mail on its way out, by id. */
  readonly queue = new Map<QueueId, QueueEntry>();
  /** By `placeKey`. */
  readonly metadata = new Map<string, StoredMetadata>();
  /** By owner. */
  readonly datasets = new Map<DatasetOwner, StoredDatasets>();
  /** The latest modtime of an entry. */
  lastModtime = 0;
  #lastId = 0;
  #lastUidValidity = 0;

  /** A number never given before: taking back does not take it back. */
  nextId(): number {
    return ++this.#lastId;
  }

  /** RFC 9051 §2.3.1.1: never the same twice, and greater than that of any mailbox before. */
  nextUidValidity(now: Date): number {
    this.#lastUidValidity = Math.max(this.#lastUidValidity + 1, Math.floor(now.getTime() / 1000));
    return this.#lastUidValidity;
  }

  /** The next modtime: taking back does not take it back. */
  nextModtime(now: Date): number {
    return this.lastModtime = nextModtime(this.lastModtime, now.getTime());
  }

  /** The account. @throws Refusal `not-found`. */
  account(id: AccountId): Account {
    return this.accounts.get(id) ?? notFound("there is no such account");
  }

  /** The mailbox. @throws Refusal `not-found`. */
  mailbox(id: MailboxId): StoredMailbox {
    return this.mailboxes.get(id) ?? notFound("there is no such mailbox");
  }

  /** The body. @throws Refusal `not-found`. */
  body(id: BodyId): StoredBody {
    return this.bodies.get(id) ?? notFound("there is no such message body");
  }

  /** Mailboxes of an account, in no order. */
  mailboxesOf(account: AccountId): StoredMailbox[] {
    return [...this.mailboxes.values()].filter((mailbox) => mailbox.account === account);
  }

  /** A mailbox by its canonical name. */
  mailboxByName(account: AccountId, name: string): StoredMailbox | undefined {
    return this.mailboxesOf(account).find((mailbox) => mailbox.name === name);
  }
}

/** A mailbox as the contract shows it. */
export function shown({ messages, envelopes: _, expunged: __, specialUse, ...mailbox }: StoredMailbox): Mailbox {
  const tally = new Tally();
  for (const message of messages.values()) tally.add(message);
  return { ...mailbox, ...tally, ...specialUse !== undefined && { specialUse } };
}

/** What a place is known by. */
export function placeKey({ mailbox, account }: MetadataPlace): string {
  return `${mailbox ?? ""} ${account ?? ""}`;
}

/** Changes that are taken back when one of them fails: a batch is done as a whole or not at all. */
export class Changes {
  readonly #undo: (() => void)[] = [];
  /** Mailboxes that were changed, also those that are gone. */
  readonly touched = new Set<StoredMailbox>();
  /** Accounts of which something was changed that belongs to no mailbox. */
  readonly touchedAccounts = new Set<AccountId>();

  /** Sets an entry of a map. */
  set<Key, Value>(map: Map<Key, Value>, key: Key, value: Value): void {
    const before = map.get(key), had = map.has(key);
    this.#undo.push(() => had ? map.set(key, before as Value) : map.delete(key));
    map.set(key, value);
  }

  /** Takes an entry out of a map; taking that back puts it at the end. */
  delete<Key, Value>(map: Map<Key, Value>, key: Key): void {
    const before = map.get(key);
    if (before === undefined) return;
    this.#undo.push(() => map.set(key, before));
    map.delete(key);
  }

  /** Changes properties. */
  assign<Target extends object>(target: Target, change: Partial<Target>): void {
    const before = { ...target };
    this.#undo.push(() => Object.assign(target, before));
    Object.assign(target, change);
  }

  /** Takes everything back. */
  undo(): void {
    for (const step of this.#undo.reverse()) step();
  }
}

function notFound(text: string): never {
  throw new Refusal("not-found", text);
}
