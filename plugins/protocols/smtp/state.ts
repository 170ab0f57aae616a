/** Where a session stands (RFC 5321 §4.1.4), with the data that is valid there. */
import type { AccountId, ConnectionFacts } from "../../../core/contract/mod.ts";
import type { ChunkedMessage } from "./chunked_message.ts";
import type { Transaction } from "./transaction.ts";

/** What the client has said of itself since its last HELO or EHLO. */
export interface Client {
  /** The argument of HELO or EHLO, made printable. */
  readonly helo: string;
  /** EHLO, not HELO. */
  readonly extended: boolean;
  /** After AUTH. */
  readonly account: AccountId | undefined;
  /** The same for filters. */
  readonly facts: ConnectionFacts;
}

/** One of the states, told apart by `name`. */
export type State =
  /** RFC 5321 §3.1: the greeting was 554; all that is left is QUIT. */
  | { readonly name: "refused" }
  /** Before HELO or EHLO, and again after TLS or a security layer; the account is what the latter leaves. */
  | { readonly name: "start"; readonly account?: AccountId }
  | { readonly name: "greeted"; readonly client: Client }
  /** After MAIL. */
  | { readonly name: "transaction"; readonly client: Client; readonly transaction: Transaction }
  /** After a BDAT that was not the last. */
  | {
    readonly name: "chunks";
    readonly client: Client;
    readonly transaction: Transaction;
    readonly message: ChunkedMessage;
  };

/** The state of one of some names. */
export type StateOf<Name extends State["name"]> = Extract<State, { readonly name: Name }>;

/** Whether the state is one of those. */
export function isOneOf<Name extends State["name"]>(state: State, names: readonly Name[]): state is StateOf<Name> {
  return names.some((name) => name === state.name);
}
