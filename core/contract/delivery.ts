/** The way of a message into the house: judged, routed, stored in one batch. */
import type { ConnectionFacts } from "./filter.ts";
import type { AccountId } from "./identifiers.ts";

/** RFC 5321 §2.3.1, and what its extensions add. */
export interface Envelope {
  /** Reverse-path without angle brackets; empty for the null path. */
  readonly sender: string;
  /** Forward-paths as given, without angle brackets. */
  readonly recipients: readonly string[];
  /** Who submitted it, after authentication. */
  readonly submittedBy?: AccountId;
  /** RFC 6152, RFC 3030. */
  readonly bodyType: "7bit" | "8bitmime" | "binarymime";
  /** RFC 6531. */
  readonly smtpUtf8: boolean;
}

/** An SMTP reply (RFC 5321 §4.2, RFC 3463). */
export interface SmtpReply {
  /** Three digits. */
  readonly code: number;
  /** Enhanced status code (RFC 3463). */
  readonly enhanced: `${2 | 4 | 5}.${number}.${number}`;
  /** Public. */
  readonly text: string;
}

/** What protocols that take mail in see. Each stage asks the filters; a reply refuses. */
export interface Delivery {
  /** A client has connected. */
  connected(facts: ConnectionFacts): Promise<SmtpReply | undefined> | SmtpReply | undefined;
  /** MAIL. */
  sender(facts: ConnectionFacts, sender: string): Promise<SmtpReply | undefined> | SmtpReply | undefined;
  /**
   * RCPT: where it leads, or why it does not. Mail to domains that are neither local nor named by a transport needs
   * `facts.account`: nobody else relays.
   */
  recipient(facts: ConnectionFacts, address: string): Promise<RecipientAnswer> | RecipientAnswer;
  /**
   * Stores the message for all of its recipients, or for none. Resolves to `accepted` only when it is durable. What the
   * body's iterable throws, this throws, and nothing is kept.
   */
  accept(message: IncomingMessage): Promise<AcceptAnswer>;
}

/** What came of RCPT. */
export type RecipientAnswer =
  | { readonly accepted: true; readonly recipient: AcceptedRecipient }
  | { readonly accepted: false; readonly reply: SmtpReply };

/** A recipient with all aliases followed. */
export interface AcceptedRecipient {
  /** As the client gave it. */
  readonly address: string;
  /** Local accounts that it leads to, each once. */
  readonly accounts: readonly AccountId[];
  /** Whether those get a copy for this address besides those for others. */
  readonly isSeparate?: true;
  /** Addresses of other servers that it leads to, each once: the message is queued for them. */
  readonly remote?: readonly string[];
}

/** A message whose envelope is complete. */
export interface IncomingMessage {
  /** Who brings it. */
  readonly facts: ConnectionFacts;
  /** Its envelope. */
  readonly envelope: Envelope;
  /** What `recipient` gave for each. */
  readonly recipients: readonly AcceptedRecipient[];
  /** Unique: in the Received field, in the log and in the reply. */
  readonly id: string;
  /** Return-Path and Received, and fields that submission adds, ready to stand before the body (RFC 5321 §4.4). */
  readonly trace: Uint8Array;
  /** The message. Chunks are valid until the next one is asked for. */
  readonly body: Uint8Array | AsyncIterable<Uint8Array>;
}

/** What came of a message. */
export type AcceptAnswer =
  | { readonly accepted: true; readonly id: string }
  | { readonly accepted: false; readonly reply: SmtpReply };
