/** Where a POP1 session stands (RFC 918, Diagram), with the data that is valid there. */
import type { AccountId } from "../../../core/contract/mod.ts";
import type { OpenMailbox } from "./mailbox.ts";

/** One of the states, told apart by `name`. */
export type State =
  | { readonly name: "greeted" }
  /** USER was said; PASS must follow. */
  | { readonly name: "named"; readonly login: string }
  /** The login was wrong: only QUIT is left. */
  | { readonly name: "refused" }
  | { readonly name: "ready"; readonly user: User }
  /** A transaction has begun, and its size was told. */
  | { readonly name: "opened"; readonly user: User; readonly mailbox: OpenMailbox }
  /** The mail was sent. */
  | { readonly name: "sent"; readonly user: User; readonly mailbox: OpenMailbox };

/** Who has logged in. */
export interface User {
  /** Whose mail it is. */
  readonly account: AccountId;
  /** As the client wrote it. */
  readonly login: string;
}

/** The state of one of some names. */
export type StateOf<Name extends State["name"]> = Extract<State, { readonly name: Name }>;

/** Whether the state is one of those. */
export function isOneOf<Name extends State["name"]>(state: State, names: readonly Name[]): state is StateOf<Name> {
  return names.some((name) => name === state.name);
}
