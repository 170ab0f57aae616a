/** Filters judge messages on their way in. They fail closed. */
import type { Envelope, SmtpReply } from "./delivery.ts";
import type { AccountId } from "./identifiers.ts";
import type { Body } from "./storage.ts";

/** Each method is optional: a filter has an opinion where it has one. */
export interface Filter {
  /** When it is asked, within the order of the configuration; default "normal". */
  readonly order?: "early" | "normal" | "late";
  /** On connection. */
  connected?(facts: ConnectionFacts): Promise<Verdict>;
  /** On MAIL. */
  sender?(facts: ConnectionFacts, sender: string): Promise<Verdict>;
  /** On RCPT. */
  recipient?(facts: ConnectionFacts, recipient: string): Promise<Verdict>;
  /** On the whole message. */
  message?(facts: ConnectionFacts, envelope: Envelope, body: Body): Promise<Verdict>;
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

/** `accept` ends the questioning of this stage; the first refusal wins. */
export type Verdict =
  | { readonly action: "continue"; readonly addHeaders?: readonly (readonly [name: string, value: string])[] }
  | { readonly action: "accept" }
  /** Deliver to Junk, or to INBOX where there is none. */
  | { readonly action: "quarantine"; readonly reason: string }
  | { readonly action: "reject" | "defer"; readonly reply: SmtpReply };
