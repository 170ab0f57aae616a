/** An expected refusal, neutral as to protocol: one place per protocol turns it into a reply. */

/**
 * Why something is refused.
 * - `invalid`: what was asked makes no sense here; asking again will not help
 * - `forbidden`: who asked may not
 * - `not-found`: what was named does not exist (any more)
 * - `conflict`: it exists already, or another holds it
 * - `too-large`: over a limit of size or number
 * - `over-quota`: the account may not keep so much
 * - `unavailable`: temporary; nothing was changed, ask again later
 */
export type RefusalKind =
  | "invalid"
  | "forbidden"
  | "not-found"
  | "conflict"
  | "too-large"
  | "over-quota"
  | "unavailable";

/** What is wrong with one entry of a list that is refused as a whole. */
export interface RefusedEntry {
  /** Its place in the list, from 0. */
  readonly index: number;
  /** As the text of a refusal. */
  readonly reason: string;
}

/** What else there is to know of a refusal. */
export interface RefusalOptions extends ErrorOptions {
  /** Of a list: what is wrong with which of its entries. */
  readonly entries?: readonly RefusedEntry[];
}

/**
 * Thrown where a caller may be told why. The message is public: it may reach any client. What only the operator may
 * see goes into `cause`.
 */
export class Refusal extends Error {
  /** For logs. */
  override readonly name = "Refusal";
  /** Why. */
  readonly kind: RefusalKind;
  /** Of a list, where it is known: what is wrong with which of its entries. */
  readonly entries?: readonly RefusedEntry[];

  /**
   * A refusal.
   *
   * @param kind Why.
   * @param publicText One line, without a full stop, that a client may read.
   * @param options The private cause, and the entries.
   */
  constructor(kind: RefusalKind, publicText: string, options?: RefusalOptions) {
    super(publicText, options);
    this.kind = kind;
    if (options?.entries !== undefined) this.entries = options.entries;
  }

  /** A plugin that was bundled into one file brings a class of its own: what it throws is a refusal all the same. */
  static override [Symbol.hasInstance](given: unknown): given is Refusal {
    return Error.isError(given) && given.name === "Refusal" && "kind" in given && typeof given.kind === "string" &&
      Object.hasOwn(kinds, given.kind);
  }
}

const kinds: Readonly<Record<RefusalKind, true>> = {
  ...{ invalid: true, forbidden: true, "not-found": true, conflict: true },
  ...{ "too-large": true, "over-quota": true, unavailable: true },
};
