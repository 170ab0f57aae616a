/**
 * What observers are told, after it has happened. Nobody waits for them and nothing depends on them; each has a bounded queue
 * of its own, and is told one event at a time, in order. Events are plain data, and hold no secret.
 */
import type { RefusedBecause, Service } from "./authentication.ts";
import type { Envelope } from "./delivery.ts";
import type { ConnectionFacts } from "./filter.ts";
import type { AccountId, BodyId, MailboxId } from "./identifiers.ts";

/** Functions by the event that they are told of. What one throws is logged. */
export type Observers = { readonly [Event in keyof EventByName]?: (event: EventByName[Event]) => Promise<void> | void };

/** What can be observed. */
export interface EventByName {
  /** A client has come in, and under `tls` the handshake is done. */
  connected: ConnectionEvent;
  /** It has left, or was left. */
  closed: ConnectionEvent & { /** Milliseconds that it was there. */ readonly duration: number };
  /** Somebody has logged in. */
  authenticated: AttemptEvent & { readonly account: AccountId };
  /** Somebody has not, and has not broken off either, nor could nobody have (`cancelled`, `unavailable`). */
  authenticationFailed: AttemptEvent & { readonly reason: RefusedBecause };
  /** A message is on disk, for all of its local recipients. */
  delivered: DeliveredEvent;
  /** A message for another server is on disk. */
  queued: QueueEvent;
  /** It has been handed over. */
  sent: QueueEvent;
  /** It has not, and will be tried again. */
  deferred: QueueEvent & { readonly dueAt: Date };
  /** It never will. */
  failed: QueueEvent;
  /**
   * A commit touched a mailbox, or what belongs to an account; another process's is told some seconds later, and by each
   * server at the same database. Many changes of one mailbox may be told as one.
   */
  mailboxChanged: MailboxEvent;
}

/** Of every event. */
export interface AnyEvent {
  /** When it happened. */
  readonly at: Date;
}

/** About a connection. */
export interface ConnectionEvent extends AnyEvent {
  /** Who it is. */
  readonly facts: ConnectionFacts;
  /** The protocol's name: "pop3". */
  readonly protocol: string;
  /** The port of this server. */
  readonly port: number;
}

/** About an attempt to log in. */
export interface AttemptEvent extends AnyEvent {
  /** Who it is. */
  readonly facts: ConnectionFacts;
  /** What it logged in to. */
  readonly service: Service;
  /** The mechanism; "password" outside SASL. */
  readonly mechanism: string;
  /** Who it said that it was, cut short; absent where it did not come to that. */
  readonly login?: string;
}

/** A message that was delivered. */
export interface DeliveredEvent extends AnyEvent {
  /** The message's id: in the log, in the Received field and in the reply. */
  readonly id: string;
  /** Who brought it. */
  readonly facts: ConnectionFacts;
  /** From whom to whom. */
  readonly envelope: Envelope;
  /** Its octets and what is parsed of them, by the storage. */
  readonly body: BodyId;
  /** Octets as stored. */
  readonly size: number;
  /** Each copy. */
  readonly copies: readonly DeliveredCopy[];
}

/** One account's copy. */
export interface DeliveredCopy {
  /** Whose. */
  readonly account: AccountId;
  /** The mailbox that was asked for; INBOX where there was none of that name. */
  readonly mailbox: string;
  /** Its UID there. */
  readonly uid: number;
}

/** About a message on its way out, for one recipient. */
export interface QueueEvent extends AnyEvent {
  /** The queue entry's id. */
  readonly entry: string;
  /** Reverse-path. */
  readonly sender: string;
  /** Forward-path. */
  readonly recipient: string;
  /** How often it has been tried. */
  readonly attempts: number;
  /** What the other side said, or why it could not be asked. */
  readonly reply?: string;
}

/** About a mailbox. */
export interface MailboxEvent extends AnyEvent {
  /** Whose; absent: of everybody, such as the server's metadata. */
  readonly account?: AccountId;
  /** Which; absent: what belongs to the account itself. */
  readonly mailbox?: MailboxId;
  /** Its mod-sequence, in decimal digits. */
  readonly modseq: string;
}
