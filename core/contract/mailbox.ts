/** Mailboxes and the messages in them (RFC 9051 §2.3). */
import type { AccountId, BodyId, MailboxId } from "./identifiers.ts";

/** UIDs: single ones and ranges, both ends included. */
export type UidSet = readonly (number | readonly [from: number, to: number])[];

/**
 * So many messages that were copied or moved, each with the UID after that of the one before it, both where it was, from
 * `from` on, and where it has come to be, from `to` on.
 */
export type CopiedRun = readonly [from: number, to: number, count: number];

/** A mailbox. */
export interface Mailbox {
  /** For ever. */
  readonly id: MailboxId;
  /** Whose. */
  readonly account: AccountId;
  /** Hierarchy separated by `/`; INBOX always in capitals. */
  readonly name: string;
  /** RFC 9051 §2.3.1.1; never given twice to mailboxes of one account and name. */
  readonly uidValidity: number;
  /** Greater than every UID given so far. */
  readonly uidNext: number;
  /** RFC 7162 §3.1.2.1. What is changed of the mailbox's metadata raises it too (§3.2). */
  readonly highestModseq: bigint;
  /** How many messages. */
  readonly messages: number;
  /** Octets of all messages. */
  readonly size: number;
  /** How many are without `\Seen`. */
  readonly unseen: number;
  /** How many have `\Deleted`. */
  readonly deleted: number;
  /** Octets of those that have `\Deleted` (RFC 9208 §4.1.4). */
  readonly deletedSize: number;
  /** Messages with this UID or a higher one have been shown to no session yet (RFC 3501 §2.3.2, `\Recent`). */
  readonly recentFrom: number;
  /** Keywords that a message in it has or had, each once, as it was first spelled; the oldest thousand. */
  readonly keywords: readonly string[];
  /** Special use (RFC 6154), with its backslash: `\Sent`. At most one mailbox of an account has each. */
  readonly specialUse?: string;
  /** What others may do here (RFC 4314); its owner may do everything whatever this says. */
  readonly rights: MailboxRights;
}

/** Rights by who has them: letters of RFC 4314 §2.1, each once, in the order of the alphabet. Nobody has none. */
export type MailboxRights = Readonly<Record<AccountId, string>> & { readonly anyone?: string };

/** A mailbox and which messages are in it, at one moment. */
export interface MailboxSnapshot {
  /** As it is. */
  readonly mailbox: Mailbox;
  /** UIDs of all messages, ascending. */
  readonly uids: Uint32Array;
  /** The first one without `\Seen`. */
  readonly firstUnseen?: number;
}

/** Between whom a copy of a message went, as SMTP had it (RFC 5321 §2.3.1). Its header may tell of others. */
export interface DeliveryEnvelope {
  /** Reverse-path without angle brackets; empty for the null path. */
  readonly sender: string;
  /** The forward-path that led to this copy, without angle brackets. */
  readonly recipient: string;
}

/** What a message is given when it arrives. */
export interface MessageDetails {
  /** INTERNALDATE (RFC 9051 §2.3.3). */
  readonly receivedAt: Date;
  /** System flags with their backslash, and keywords. */
  readonly flags: readonly string[];
  /** Where it was delivered by SMTP. Copies have it too; `Storage.envelopes` tells it. */
  readonly envelope?: DeliveryEnvelope;
}

/** A message in a mailbox. Its envelope is told apart: hardly anybody asks for it. */
export interface Message extends Omit<MessageDetails, "envelope"> {
  /** RFC 9051 §2.3.1.1. */
  readonly uid: number;
  /** RFC 7162 §3. */
  readonly modseq: bigint;
  /** When it came into this mailbox (RFC 8514). */
  readonly savedAt: Date;
  /** Octets as stored. */
  readonly size: number;
  /** Octets as POP3 sends it: every line end CRLF (see `MessageSummary`). */
  readonly crlfSize: number;
  /** Its octets. */
  readonly body: BodyId;
}

/** Messages, and the state of the mailbox that they were read in. */
export interface MessagePage {
  /** In UID order. */
  readonly messages: readonly Message[];
  /** Expunged since `changedSince`; empty when that was not asked. */
  readonly expunged: UidSet;
  /** Of the mailbox at that moment. */
  readonly highestModseq: bigint;
  /** Whether `most` cut the page short: ask again with `after`. */
  readonly more: boolean;
}

/** What STORE does. Messages changed after `unchangedSince` are left as they are (RFC 7162 §3.1.3). */
export interface FlagChange {
  /** Replace, add or remove. */
  readonly mode: "set" | "add" | "remove";
  /** Compared without regard to case. */
  readonly flags: readonly string[];
  /** RFC 7162. */
  readonly unchangedSince?: bigint;
}

/** A commit touched a mailbox: its messages, its name, its rights, its metadata; or it is new, or gone. */
export interface MailboxChange {
  /**
   * Which; absent: what belongs to the account itself, such as its subscriptions, what others share with it, or what is
   * everybody's, such as the server's metadata.
   */
  readonly mailbox?: MailboxId;
  /** Its mod-sequence now. */
  readonly modseq: bigint;
  /**
   * Grows with each change of it that gets no mod-sequence, and when it goes; absent where that is not known. Who has been told
   * the one before, and knows everything up to `modseq`, has missed nothing.
   */
  readonly revision?: number;
}

/** A change, and whose mailboxes it is about; absent: what is everybody's. */
export interface AccountChange extends MailboxChange {
  /** The account. */
  readonly account?: AccountId;
}

/** Where metadata belongs (RFC 5464 §2): to a mailbox or to the whole server, for everyone or for one account. */
export interface MetadataPlace {
  /** Absent: the server. */
  readonly mailbox?: MailboxId;
  /** Whose private entries; absent: those that are shared. */
  readonly account?: AccountId;
}

/**
 * Values by the name of their entry, which is without `/private` and `/shared`. One that is a colon and letters holds what a
 * server keeps for itself: no user is shown it.
 */
export type Metadata = ReadonlyMap<string, Uint8Array>;
