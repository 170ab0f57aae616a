/** Rows of the tables, and what the contract makes of them. */
import type { Account } from "../../core/contract/accounts.ts";
import type { AccountId, BodyId, MailboxId } from "../../core/contract/identifiers.ts";
import type { Mailbox, Message } from "../../core/contract/mailbox.ts";

/** Of `accounts`. */
export interface AccountRow {
  /** Its key. */
  readonly id: number;
  /** Canonical. */
  readonly address: string;
  /** Milliseconds. */
  readonly createdAt: number;
  /** JSON. */
  readonly secrets: string;
}

/** Of `mailboxes`. */
export interface MailboxRow {
  /** Its key. */
  readonly id: number;
  /** Whose. */
  readonly account: number;
  /** Canonical. */
  readonly name: string;
  /** RFC 9051 §2.3.1.1. */
  readonly uidValidity: number;
  /** The next message's. */
  readonly uidNext: number;
  /** The last change's. */
  readonly highestModseq: number;
  /** How many. */
  readonly messages: number;
  /** Octets. */
  readonly size: number;
}

/** Of `messages`, without the mailbox. */
export interface MessageRow {
  /** Unique in the mailbox. */
  readonly uid: number;
  /** Of its last change. */
  readonly modseq: number;
  /** Milliseconds. */
  readonly receivedAt: number;
  /** Milliseconds. */
  readonly savedAt: number;
  /** Separated by spaces. */
  readonly flags: string;
  /** Octets. */
  readonly size: number;
  /** Octets with CRLF line ends. */
  readonly crlfSize: number;
  /** Key of the body. */
  readonly body: number;
}

/** The columns of a `MessageRow`. */
export const messageColumns = "uid, modseq, receivedAt, savedAt, flags, size, crlfSize, body";

/** The account of a row. */
export function accountOf(row: AccountRow): Account {
  return {
    id: accountId(row.id),
    address: row.address,
    createdAt: new Date(row.createdAt),
    secrets: JSON.parse(row.secrets),
  };
}

/** The mailbox of a row. */
export function mailboxOf(row: MailboxRow): Mailbox {
  return {
    id: mailboxId(row.id),
    account: accountId(row.account),
    name: row.name,
    uidValidity: row.uidValidity,
    uidNext: row.uidNext,
    highestModseq: BigInt(row.highestModseq),
    messages: row.messages,
    size: row.size,
  };
}

/** The message of a row. */
export function messageOf(row: MessageRow): Message {
  return {
    uid: row.uid,
    modseq: BigInt(row.modseq),
    receivedAt: new Date(row.receivedAt),
    savedAt: new Date(row.savedAt),
    flags: flagsOf(row.flags),
    size: row.size,
    crlfSize: row.crlfSize,
    body: bodyId(row.body),
  };
}

/** Flags as a column has them. */
export function flagsOf(column: string): string[] {
  return column === "" ? [] : column.split(" ");
}

/** A mod-sequence as a column has it; one beyond all that are given stays beyond them. */
export function modseqKey(modseq: bigint): number {
  return modseq > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(modseq);
}

/** The key of an account or a body; -1, which nothing has, for what cannot be one. */
export function keyOf(id: AccountId | BodyId): number {
  return /^[1-9]\d{0,15}$/.test(id) ? Number(id) : -1;
}

/** The name of an account with this key. */
export function accountId(key: number): AccountId {
  return String(key) as AccountId;
}

/** The name of a mailbox with this key. */
export function mailboxId(key: number): MailboxId {
  return key as MailboxId;
}

/** The name of a body with this key. */
export function bodyId(key: number): BodyId {
  return String(key) as BodyId;
}
