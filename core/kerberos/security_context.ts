/**
 * Security contexts of Kerberos (RFC 4121, RFC 2743 §1.1.3), from the acceptor's side. Nothing here knows of C: another way
 * of accepting them may stand behind it.
 */
import type { Principal } from "./principal.ts";

/** Accepts contexts, each for one of its services. */
export interface ContextAcceptor extends AsyncDisposable {
  /** The server's principals of all services. */
  readonly principals: readonly Principal[];
  /** Services that have a key; at least one. */
  readonly services: readonly string[];
  /** A context that has not begun. @throws RangeError for another service. */
  begin(service: string): SecurityContext;
}

/** One client's context. Disposing frees it; what is called afterwards throws. */
export interface SecurityContext extends Disposable {
  /**
   * Takes the client's token. One at a time.
   *
   * @throws Error for what is not the client's fault: a key or a replay cache that cannot be read.
   */
  accept(token: Uint8Array): Promise<ContextStep>;
  /** Seals a message, encrypted or not. For a context that is established. */
  wrap(plain: Uint8Array, isEncrypted: boolean): Uint8Array;
  /** Opens one. @throws Error when it is not whole, or not the one whose turn it is. */
  unwrap(sealed: Uint8Array): { readonly plain: Uint8Array; readonly isEncrypted: boolean };
  /** Octets of the largest message that, sealed, has at most so many. */
  largestPlain(sealedSize: number, isEncrypted: boolean): number;
}

/** What came of a token. */
export type ContextStep =
  | { readonly state: "continues"; readonly token: Uint8Array }
  | {
    readonly state: "established";
    /** For the client; may be empty, and is then not sent. */
    readonly token: Uint8Array;
    /** Whose context it is. */
    readonly client: Principal;
    /** Whether messages can be sealed, each in its turn. */
    readonly hasIntegrity: boolean;
    /** Whether they can be encrypted too. */
    readonly hasConfidentiality: boolean;
  }
  | {
    readonly state: "refused";
    /** Whether the ticket is too old. */
    readonly isExpired: boolean;
    /** For the operator. */
    readonly why: string;
  };
