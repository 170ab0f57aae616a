/** Where a session stands (RFC 1939 §3), with the data that is valid there. UPDATE is what QUIT does before it answers. */
import type { Maildrop } from "./maildrop/maildrop.ts";

/** One of the states, told apart by `name`. */
export type State =
  | { readonly name: "authorization" }
  /** RFC 1939 §7: right after a successful USER, and only then, PASS may come. */
  | { readonly name: "named"; readonly login: string }
  | { readonly name: "transaction"; readonly maildrop: Maildrop };

/** The state of one of some names. */
export type StateOf<Name extends State["name"]> = Extract<State, { readonly name: Name }>;

/** Where a session begins. */
export const authorization: State = { name: "authorization" };

/** Whether the state is one of those. */
export function isOneOf<Name extends State["name"]>(state: State, names: readonly Name[]): state is StateOf<Name> {
  return names.some((name) => name === state.name);
}
