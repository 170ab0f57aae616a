/** Mailboxes and the messages in them (RFC 9051 §2.3). */
import type { AccountId, BodyId, MailboxId } from "./identifiers.ts";

/** UIDs: single ones and ranges, both ends included. */
export type UidSet = readonly (number | readonly [from: number, to: number])[];

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
  /** RFC 7162 §3.1.2.1. */
  readonly highestModseq: bigint;
  /** How many messages. */
  readonly messages: number;
  /** Octets of all messages. */
  readonly size: number;
}

/** What a message is given when it arrives. */
export interface MessageDetails {
  /** INTERNALDATE (RFC 9051 §2.3.3). */
  readonly receivedAt: Date;
  /** System flags with their backslash, and keywords. */
  readonly flags: readonly string[];
}

/** A message in a mailbox. */
export interface Message extends MessageDetails {
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

/** A commit touched this mailbox. */
export interface MailboxChange {
  /** Which. */
  readonly mailbox: MailboxId;
  /** Its mod-sequence now. */
  readonly modseq: bigint;
}
