/** Rows of the tables, and what the contract makes of them. */
import type { Account, AccountForMail } from "../../core/contract/accounts.ts";
import type { DatasetOwner } from "../../core/contract/datasets.ts";
import type { AccountId, BodyId, MailboxId, QueueId } from "../../core/contract/identifiers.ts";
import type { DeliveryEnvelope, Mailbox, MailboxRights, Message, MetadataPlace } from "../../core/contract/mailbox.ts";

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
  /** JSON; null: no limits. */
  readonly quota: string | null;
}

/** Of `mailboxes`, with what is kept elsewhere of each. */
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
  /** Without `\Seen`. */
  readonly unseen: number;
  /** With `\Deleted`. */
  readonly deleted: number;
  /** Octets of those. */
  readonly deletedSize: number;
  /** The first message that no session has been shown. */
  readonly recentFrom: number;
  /** RFC 6154. */
  readonly specialUse: string | null;
  /** Separated by spaces. */
  readonly keywords: string | null;
  /** JSON, by id of the account. */
  readonly rights: string;
}

/** The columns of a `MailboxRow`. */
export const mailboxColumns = `id, account, name, uidValidity, uidNext, highestModseq, messages, size, unseen, deleted,
  deletedSize, recentFrom, specialUse,
  (SELECT group_concat(keyword, ' ' ORDER BY keywords.id) FROM keywords WHERE mailbox = mailboxes.id) AS keywords,
  (SELECT json_group_object(iif(who = 0, 'anyone', CAST(who AS TEXT)), letters)
     FROM rights WHERE mailbox = mailboxes.id) AS rights`;

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

/** A `MessageRow` without names, in the order of the columns. */
export type MessageTuple = readonly [
  uid: number,
  modseq: number,
  receivedAt: number,
  savedAt: number,
  flags: string,
  size: number,
  crlfSize: number,
  body: number,
];

/** What `messages` has besides: with the rest it would be read far more often than it is asked for. */
export interface EnvelopeRow {
  /** Null where the message was not delivered. */
  readonly sender: string | null;
  /** Null where the message was not delivered. */
  readonly recipient: string | null;
}

/** The columns of an `EnvelopeRow`. */
export const envelopeColumns = "sender, recipient";

/** The account of a row. */
export function accountOf(row: AccountRow): Account {
  return {
    ...accountForMailOf(row),
    address: row.address,
    createdAt: new Date(row.createdAt),
    secrets: JSON.parse(row.secrets),
  };
}

/** The same, as far as mail asks. */
export function accountForMailOf({ id, quota }: Pick<AccountRow, "id" | "quota">): AccountForMail {
  return { id: accountId(id), ...quota !== null && { quota: JSON.parse(quota) } };
}

/** The mailbox of a row. */
export function mailboxOf(row: MailboxRow): Mailbox {
  const rights: MailboxRights = JSON.parse(row.rights);
  return {
    id: mailboxId(row.id),
    account: accountId(row.account),
    name: row.name,
    uidValidity: row.uidValidity,
    uidNext: row.uidNext,
    highestModseq: BigInt(row.highestModseq),
    messages: row.messages,
    size: row.size,
    unseen: row.unseen,
    deleted: row.deleted,
    deletedSize: row.deletedSize,
    recentFrom: row.recentFrom,
    keywords: flagsOf(row.keywords ?? ""),
    ...row.specialUse !== null && { specialUse: row.specialUse },
    rights,
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

/** A row that came without names, and with whatever follows it. */
export function messageRowOf(row: readonly [...MessageTuple, ...unknown[]]): MessageRow {
  const [uid, modseq, receivedAt, savedAt, flags, size, crlfSize, body] = row;
  return { uid, modseq, receivedAt, savedAt, flags, size, crlfSize, body };
}

/** The message of a row without names, and of whatever follows it. */
export function messageOfTuple(row: readonly [...MessageTuple, ...unknown[]]): Message {
  return messageOf(messageRowOf(row));
}

/** The envelope of a row. */
export function envelopeOf({ sender, recipient }: EnvelopeRow): DeliveryEnvelope | undefined {
  return sender === null || recipient === null ? undefined : { sender, recipient };
}

/** Flags as a column has them. */
export function flagsOf(column: string): string[] {
  return column === "" ? [] : column.split(" ");
}

/** A mod-sequence as a column has it; one beyond all that are given stays beyond them. */
export function modseqKey(modseq: bigint): number {
  return modseq > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(modseq);
}

/** The key of an account, a body or an entry of the queue; -1, which nothing has, for what cannot be one. */
export function keyOf(id: AccountId | BodyId | QueueId): number {
  return /^[1-9]\d{0,15}$/.test(id) ? Number(id) : -1;
}

/** The keys of a place: 0 for what it does not name. */
export function placeKeys({ mailbox, account }: MetadataPlace): { mailbox: number; account: number } {
  return { mailbox: mailbox ?? 0, account: account === undefined ? 0 : keyOf(account) };
}

/** The key of whose datasets: 0 for everybody's. */
export function ownerKey(owner: DatasetOwner): number {
  return owner === "everybody" ? 0 : keyOf(owner);
}

/** SQLite's way of saying that there is no limit: a negative number. */
export function limit(most: number): number {
  return Number.isFinite(most) ? most : -1;
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
