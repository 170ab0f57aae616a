/** Where mail is kept. Reads are methods and see committed state; writes are data, applied in atomic batches. */
import type { Account, AccountOperation, Accounts } from "./accounts.ts";
import type { DatasetOperation, Datasets } from "./datasets.ts";
import type { AccountId, BodyId, MailboxId } from "./identifiers.ts";
import type {
  AccountChange,
  CopiedRun,
  DeliveryEnvelope,
  FlagChange,
  Mailbox,
  MailboxChange,
  MailboxSnapshot,
  Message,
  MessageDetails,
  MessagePage,
  Metadata,
  MetadataPlace,
  UidSet,
} from "./mailbox.ts";
import type { MessageSummary } from "./message.ts";
import type { Queue, QueueEntry, QueueOperation } from "./queue.ts";

/** The promises that each backend keeps are stated by `tests/conformance`. */
export interface Storage extends Accounts, Datasets, Queue {
  /** What it can do beyond the contract. */
  readonly features: ReadonlySet<"full-text-search">;
  /**
   * Whether whoever watches hears of a batch before anybody who was answered, by whatever session, can do anything further:
   * what a watcher knows of a mailbox is then what it holds. Otherwise, as where other threads write too, it is a moment old.
   * What other programs write, such as a plugin's subcommand, may be heard of later all the same.
   */
  readonly tellsFirst?: boolean;
  /**
   * All or none; resolves when the batch is durable, with a result for each operation. A backend may commit many
   * callers' batches with one fsync. Operations of a batch see the effects of those before them.
   *
   * @throws Refusal `not-found`, `conflict`, `invalid` or `over-quota` when an operation cannot be done; `unavailable`
   * when the disk is full or the database away. Nothing of the batch has then been done.
   */
  apply<const Batch extends readonly Operation[]>(
    batch: Batch,
  ): Promise<{ readonly [Index in keyof Batch]: ResultOf<Batch[Index]> }>;
  /**
   * Takes in a message's octets, before and outside the batch that names them: that batch makes them durable. An
   * unnamed body is collected later. What the iterable throws, this throws, and nothing is kept.
   */
  writeBody(content: BodyContent): Promise<BodyId>;
  /** Drops a body that no batch will name; at once, and quietly if there is none. */
  discardBody(body: BodyId): void;
  /** Opens a body, named or not yet. @throws Refusal `not-found`. */
  openBody(body: BodyId): Promise<Body>;
  /**
   * Many bodies, in their order. The octets of short ones may be in memory at once: ask for few. @throws Refusal
   * `not-found` when one is not there.
   */
  openBodies(bodies: readonly BodyId[]): Promise<readonly Body[]>;
  /**
   * The same of the headers alone, each with the empty line at its end (`headerSize`). Absent: they are read from the bodies.
   */
  openHeaders?(bodies: readonly BodyId[]): Promise<readonly Body[]>;
  /** What was parsed of a body when it was written. @throws Refusal `not-found`. */
  summary(body: BodyId): Promise<MessageSummary>;
  /**
   * The same of many bodies, in their order; where only some parts are wanted, there may be no more than those.
   *
   * @throws Refusal `not-found` when one is not there.
   */
  summaries<Part extends keyof MessageSummary = keyof MessageSummary>(
    bodies: readonly BodyId[],
    parts?: readonly Part[],
  ): Promise<readonly Pick<MessageSummary, Part>[]>;
  /** By name, INBOX first. */
  mailboxes(account: AccountId): Promise<readonly Mailbox[]>;
  /** One mailbox of an account by name; INBOX in any case (RFC 9051 §5.1). */
  mailboxByName(account: AccountId, name: string): Promise<Mailbox | undefined>;
  /** One mailbox. */
  mailbox(id: MailboxId): Promise<Mailbox | undefined>;
  /** Mailboxes of other accounts in which this one, or anyone, has rights (RFC 4314), by account and name. */
  mailboxesSharedWith(account: AccountId): Promise<readonly Mailbox[]>;
  /** Names that the account subscribed to, also of mailboxes that are not there (RFC 9051 §6.3.7), by name. */
  subscriptions(account: AccountId): Promise<readonly string[]>;
  /** What is kept in a place. */
  metadata(place: MetadataPlace): Promise<Metadata>;
  /** A mailbox and the UIDs in it, without the messages: 100,000 of them are quickly read. @throws Refusal `not-found`. */
  snapshot(mailbox: MailboxId): Promise<MailboxSnapshot>;
  /** In UID order. @throws Refusal `not-found`. */
  messages(mailbox: MailboxId, select?: MessageSelection): Promise<MessagePage>;
  /** Envelopes by UID, ascending, of those messages that were delivered; absent: of all. @throws Refusal `not-found`. */
  envelopes(mailbox: MailboxId, uids?: UidSet): Promise<ReadonlyMap<number, DeliveryEnvelope>>;
  /**
   * UIDs of messages among which are all whose text holds one of these: what SEARCH may look at in a message (header
   * fields, addresses as ENVELOPE has them, text), as `unicodeCasemap` (`core/message`) makes its key. Others may be among
   * them, and messages that are gone. Undefined where no index helps, and the messages have to be looked through.
   *
   * @throws Refusal `not-found`.
   */
  textCandidates?(mailbox: MailboxId, keys: readonly string[]): Promise<UidSet | undefined>;
  /** Changes of the account's mailboxes as they are committed. Ends when `stop` aborts. */
  watch(account: AccountId, stop: AbortSignal): AsyncIterable<MailboxChange>;
  /** The same of all accounts. What another process commits may be told some seconds later. */
  watchAll(stop: AbortSignal): AsyncIterable<AccountChange>;
  /** Exclusive POP3 maildrop lock (RFC 1939 §4); undefined when another session holds it. */
  lockMaildrop(account: AccountId): Promise<AsyncDisposable | undefined>;
  /**
   * Lets one more thread of this program open the same storage: what it commits and locks holds for all of them, and
   * whoever watches is told at once. Absent: sessions cannot be divided among threads (`workers`).
   */
  share?(): SharedStorage;
}

/** A share in a storage for another thread. Disposed of when the thread has ended, or died: its locks are let go then. */
export interface SharedStorage extends Disposable {
  /** Moves to that thread, where setup is given it as `through`. */
  readonly port: MessagePort;
}

/** Which messages of a mailbox. Given more than one condition, all hold. */
export interface MessageSelection {
  /** Only these. */
  readonly uids?: UidSet;
  /** Only those with a later mod-sequence; also yields the UIDs expunged since (RFC 7162). */
  readonly changedSince?: bigint;
  /** Only those with a higher UID: the next page. */
  readonly after?: number;
  /** At most so many; absent: all. */
  readonly most?: number;
}

/**
 * Octets of a message. Chunks of an iterable are valid until the next one is asked for. `prefix` puts new octets
 * before a body that has been written already; that body must not be used afterwards.
 */
export type BodyContent =
  | Uint8Array
  | AsyncIterable<Uint8Array>
  | { readonly prefix: Uint8Array; readonly body: BodyId };

/** Octets of a stored message, read at random. */
export interface Body {
  /** Octets. */
  readonly size: number;
  /** From `start` up to, not including, `end`; clipped to the size. The result is the caller's. */
  read(start: number, end: number): Promise<Uint8Array>;
  /** All of them, where they are in memory and known to hold no NUL; whoever has them must not change them. */
  readonly clean?: Uint8Array | undefined;
}

/** Plain, structured-cloneable values: they cross threads and machines. */
export type Operation =
  | AccountOperation
  | DatasetOperation
  | QueueOperation
  | { readonly do: "append"; readonly mailbox: MailboxId; readonly body: BodyId; readonly details: MessageDetails }
  /** Appends to the mailbox of that name, or to INBOX where there is none. */
  | {
    readonly do: "deliver";
    readonly account: AccountId;
    readonly mailboxName: string;
    readonly body: BodyId;
    readonly details: MessageDetails;
  }
  | { readonly do: "setFlags"; readonly mailbox: MailboxId; readonly uids: UidSet; readonly change: FlagChange }
  | { readonly do: "move"; readonly from: MailboxId; readonly uids: UidSet; readonly to: MailboxId }
  | {
    readonly do: "copy";
    readonly from: MailboxId;
    readonly uids: UidSet;
    readonly to: MailboxId;
    /** Flags and keywords that the copies do not have. */
    readonly without?: readonly string[];
    /** How many have to be there; where there are fewer, it is refused as `not-found`. */
    readonly least?: number;
  }
  /** UIDs that are not there are passed over; where only those with `\Deleted` are to go, so are all others. */
  | { readonly do: "expunge"; readonly mailbox: MailboxId; readonly uids: UidSet; readonly onlyDeleted?: true }
  /**
   * With those above it. Each has the rights of the one above it (RFC 4314 §4). A special use that another mailbox of the
   * account has is refused as a conflict (RFC 6154 §3).
   */
  | {
    readonly do: "createMailbox";
    readonly account: AccountId;
    readonly name: string;
    readonly specialUse?: string;
  }
  | { readonly do: "setSpecialUse"; readonly mailbox: MailboxId; readonly specialUse: string | undefined }
  /** With what is below it. INBOX stays: its messages go, and its metadata is copied (RFC 5464 §4.1). */
  | { readonly do: "renameMailbox"; readonly mailbox: MailboxId; readonly name: string }
  /** With its messages and its metadata; subscriptions to its name stay. */
  | { readonly do: "removeMailbox"; readonly mailbox: MailboxId }
  /** These, and no letters: none; or these added to those that there are, or removed from them (RFC 4314 §3.1). */
  | {
    readonly do: "setRights";
    readonly mailbox: MailboxId;
    readonly who: AccountId | "anyone";
    readonly rights: string;
    readonly mode?: "add" | "remove";
  }
  /** Harmless when it is so already. */
  | { readonly do: "subscribe" | "unsubscribe"; readonly account: AccountId; readonly name: string }
  /** Without a value: removed; but where only new ones are to be set, entries that are there stay as they are. */
  | {
    readonly do: "setMetadata";
    readonly place: MetadataPlace;
    readonly entries: readonly (readonly [name: string, value: Uint8Array | undefined])[];
    readonly onlyNew?: true;
  }
  /**
   * From now on no message is `\Recent` that is here now, or of these only those below a UID that is given; gives from
   * which UID on messages were.
   */
  | { readonly do: "takeRecent"; readonly mailbox: MailboxId; readonly before?: number };

/** What was expunged. */
export interface ExpungedUids {
  /** UIDs of those that were there and are gone. */
  readonly uids: readonly number[];
  /** That of the change; where there was none, the mailbox's. */
  readonly modseq: bigint;
}

/** What an operation gives. */
export type ResultOf<O> = O extends { do: "append" | "deliver" } ? Message
  : O extends { do: "setFlags" } ? { readonly changed: readonly Message[]; readonly modified: readonly number[] }
  // As few as can be, ascending.
  : O extends { do: "copy" | "move" } ? readonly CopiedRun[]
  : O extends { do: "expunge" } ? ExpungedUids
  : O extends { do: "takeRecent" } ? number
  : O extends { do: "createMailbox" } ? Mailbox
  : O extends { do: "createAccount" } ? Account
  : O extends { do: "enqueue" } ? QueueEntry
  : O extends { do: "claimQueued" } ? readonly QueueEntry[]
  : undefined;
