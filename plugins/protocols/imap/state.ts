/** Where a session stands (RFC 9051 §3), with the data that is valid there. */
import type { AccountId } from "../../../core/contract/mod.ts";
import type { SelectedMailbox } from "./selected_mailbox.ts";

/** Who has logged in. */
export interface User {
  /** Whose mailboxes are at the root of the names. */
  readonly account: AccountId;
  /** The account's address. */
  readonly address: string;
  /** Whether nobody has said who it is (RFC 4505). */
  readonly isAnonymous?: boolean;
}

/** One of the states, told apart by `name`. Logout is the session's end. */
export type State =
  | { readonly name: "not-authenticated" }
  | { readonly name: "authenticated"; readonly user: User }
  | { readonly name: "selected"; readonly user: User; readonly mailbox: SelectedMailbox };

/** The state of one of some names. */
export type StateOf<Name extends State["name"]> = Extract<State, { readonly name: Name }>;

/** Where a session begins. */
export const notAuthenticated: State = { name: "not-authenticated" };

/** RFC 9051 §6.1: commands of any state. */
export const anyState = ["not-authenticated", "authenticated", "selected"] as const;
/** RFC 9051 §6.3: commands of the authenticated state work in the selected state too. */
export const loggedIn = ["authenticated", "selected"] as const;

/** Whether the state is one of those. */
export function isOneOf<Name extends State["name"]>(state: State, names: readonly Name[]): state is StateOf<Name> {
  return names.some((name) => name === state.name);
}
