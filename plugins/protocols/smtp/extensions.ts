/** The list in the reply to EHLO (RFC 5321 §4.1.1.1), computed from the tables of commands and parameters and from facts. */

/** What the list depends on: the connection, the configuration, and how far the session is. */
export interface OfferFacts {
  /** Octets. */
  readonly largestMessage: number;
  /** STARTTLS would work now. */
  readonly canStartTls: boolean;
  /**
   * SASL mechanisms that can succeed on the connection; after a login as well, for a client may compare the lists to see
   * whether someone shortened the first one (RFC 4422 §6.1.2, RFC 4954 §4).
   */
  readonly mechanisms: readonly string[];
  /** RCPT commands in a transaction. */
  readonly mostRecipients: number;
  /** MAIL commands in a session. */
  readonly mostMessages: number;
}

/** A line of the list under these facts; undefined where the extension is not offered. */
export type Extension = (facts: OfferFacts) => string | undefined;

/** Extensions that are neither a command nor a parameter. */
const generalExtensions: readonly Extension[] = [
  () => "PIPELINING",
  () => "ENHANCEDSTATUSCODES",
  // RFC 9422 §4.1, §4.2: the limits that are enforced. There is none for domains.
  ({ mostRecipients, mostMessages }) => `LIMITS RCPTMAX=${mostRecipients} MAILMAX=${mostMessages}`,
];

/** Extensions of anything that brings some. */
interface Extending {
  readonly extensions?: readonly Extension[];
}

/** The lines after the first. */
export function extensionLines(tables: Iterable<Extending>, facts: OfferFacts): string[] {
  const all = [...generalExtensions, ...[...tables].flatMap(({ extensions }) => extensions ?? [])];
  return all.flatMap((extension) => extension(facts) ?? []);
}
