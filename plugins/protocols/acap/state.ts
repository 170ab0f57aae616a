/** Where a session stands (RFC 2244 §2.3), with the data that is valid there. Logout is the session's end. */
import type { AccountId } from "../../../core/contract/mod.ts";

/** Who has logged in. */
export interface User {
  /** Whose datasets `~` are. */
  readonly account: AccountId;
  /** The account's address. */
  readonly address: string;
  /** What denotes the user in an access control list; nothing does where nobody has said who it is (RFC 4505). */
  readonly identifiers: ReadonlySet<string>;
  /** Whether what is everybody's may be changed. */
  readonly isAdministrator: boolean;
}

/** One of the states, told apart by `name`. */
export type State = { readonly name: "not-authenticated" } | { readonly name: "authenticated"; readonly user: User };

/** The state of one of some names. */
export type StateOf<Name extends State["name"]> = Extract<State, { readonly name: Name }>;

/** RFC 2244 §6.2: commands of any state. */
export const anyState = ["not-authenticated", "authenticated"] as const;

/** Whether the state is one of those. */
export function isOneOf<Name extends State["name"]>(state: State, names: readonly Name[]): state is StateOf<Name> {
  return names.some((name) => name === state.name);
}
