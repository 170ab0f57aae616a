/**
 * Filters judge clients and messages, one after the other: the sequential verdicts. They fail closed. What is no verdict
 * belongs into an extension.
 */
import type { Service } from "./authentication.ts";
import type { Envelope, SmtpReply } from "./delivery.ts";
import type { AccountId } from "./identifiers.ts";
import type { MessageField, MessagePart, MessageSummary } from "./message.ts";
import type { Body } from "./storage.ts";

/** Each method is optional: a filter has an opinion where it has one. */
export interface Filter {
  /** When it is asked, within the order of the configuration; default "normal". */
  readonly order?: "early" | "normal" | "late";
  /** On connection of a client that brings mail. */
  connected?(facts: ConnectionFacts): Promise<Verdict>;
  /** Once a client says who it is, whatever the protocol: before the directory is asked and a password is looked at. */
  authenticating?(facts: ConnectionFacts, attempt: AuthenticationAttempt): Promise<AttemptVerdict>;
  /** On MAIL. */
  sender?(facts: ConnectionFacts, sender: string): Promise<Verdict>;
  /** On RCPT. */
  recipient?(facts: ConnectionFacts, recipient: string): Promise<Verdict>;
  /** On the whole message, as the filters before have left it. */
  message?(facts: ConnectionFacts, envelope: Envelope, message: FilteredMessage): Promise<MessageVerdict>;
}

/** Plain data, so that a sandboxed filter receives the same thing by structured clone. */
export interface ConnectionFacts {
  /** The connection's id. */
  readonly id: string;
  /** The client's address, without port. */
  readonly peer: string;
  /** Whether TLS is on. */
  readonly tls: boolean;
  /** What HELO or EHLO gave. */
  readonly helo?: string;
  /** After authentication. */
  readonly account?: AccountId;
}

/** An attempt to log in that has just begun. Plain data. */
export interface AuthenticationAttempt {
  /** The mechanism in upper case; "password" outside SASL, and "KPOP" and the like for what a protocol has seen proven. */
  readonly mechanism: string;
  /** What the client wants to log in to. */
  readonly service: Service;
  /** Who it says that it is, as it wrote it; empty for mechanisms that tell only when it has been proven. */
  readonly login: string;
}

/** `accept` ends the questioning of this stage; the first refusal wins. */
export type Verdict =
  | { readonly action: "continue"; readonly addHeaders?: readonly HeaderToWrite[] }
  | { readonly action: "accept" }
  /** Deliver to Junk, or to INBOX where there is none. */
  | { readonly action: "quarantine"; readonly reason: string }
  | { readonly action: "reject" | "defer"; readonly reply: SmtpReply };

/** As {@linkcode Verdict}, but that a message which goes on may be changed. */
export type MessageVerdict =
  | ({ readonly action: "continue"; readonly addHeaders?: readonly HeaderToWrite[] } & MessageChanges)
  | Exclude<Verdict, { readonly action: "continue" }>;

/**
 * What becomes of an attempt. The client hears what it would hear anyway: `reject` sounds like a wrong password, `defer`
 * like a directory that is away. The reason is for the log.
 */
export type AttemptVerdict =
  | { readonly action: "continue" | "accept" }
  | { readonly action: "reject" | "defer"; readonly reason?: string };

/**
 * Changes to what the client sent: removals first, then replacements, then the body. Trace fields of this server and fields
 * that filters add stand above and are never touched (RFC 5321 §4.4: Received is not changed; RFC 8601 §5: what others say
 * in our name is removed, what we say is not).
 */
export interface MessageChanges {
  /** Every field of these names goes, in any case. */
  readonly removeHeaders?: readonly string[];
  /** Each takes the place of the first field of its name, the others go; where there is none, it stands at the end. */
  readonly replaceHeaders?: readonly HeaderToWrite[];
  /** What follows the header, its lines ended by CRLF. Content-Type and the like are the filter's to replace as well. */
  readonly replaceBody?: Uint8Array;
}

/** A field to be written: the core folds and encodes its value, in which no line can end. */
export type HeaderToWrite = readonly [name: string, value: string];

/**
 * A message as filters see it: octets at random, and what is parsed of them when it is first asked for, once for all
 * filters, unless one has changed the message. Begins with the trace fields of this server; without those that filters add.
 */
export interface FilteredMessage extends Body {
  /** Unique: in the log, in the Received field and in the reply. */
  readonly id: string;
  /** The fields of the header in order, unfolded, encoded words as written. Only the header is read. */
  fields(): Promise<readonly MessageField[]>;
  /** The first field of that name, in any case, unfolded and with encoded words decoded (RFC 2047). */
  field(name: string): Promise<string | undefined>;
  /** All that is parsed of a message when it is stored: ENVELOPE, the MIME tree. The whole message is read. */
  summary(): Promise<MessageSummary>;
  /** The parts that hold no other parts, in order: bodies and attachments. Those of an attached message are its own. */
  parts(): Promise<readonly MessagePart[]>;
  /** A part with its transfer encoding undone; at most so many octets, 1 MiB unless said otherwise. */
  content(part: MessagePart, most?: number): Promise<Uint8Array>;
  /** The same as text, by the part's charset. */
  text(part: MessagePart, most?: number): Promise<string>;
}
