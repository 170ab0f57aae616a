/** What a command of poppassd is, and where a session stands. */
import type { AccountId } from "../../../core/contract/mod.ts";
import type { PoppassdSession } from "./session.ts";

/** One of the states, told apart by `name`. */
export type State =
  | { readonly name: "greeted" }
  | { readonly name: "named"; readonly login: string }
  /** The password was right. */
  | { readonly name: "proven"; readonly account: AccountId }
  | { readonly name: "changed" };

/** The state of one of some names. */
export type StateOf<Name extends State["name"]> = Extract<State, { readonly name: Name }>;

/** What came of a command. */
export interface Outcome {
  /** Three digits as FTP has them, and text. */
  readonly reply: string;
  /** Where the session stands now; absent: it is over. */
  readonly state?: State;
}

/** An entry of the table of commands. */
export interface Command {
  /** Does it; undefined where it is not the turn of this one. */
  handle(session: PoppassdSession, state: State, argument: string): Promise<Outcome> | undefined;
}

/** Makes a command, which has its turn in one state. */
export function command<const Name extends State["name"]>(
  name: Name,
  run: (session: PoppassdSession, state: StateOf<Name>, argument: string) => Promise<Outcome>,
): Command {
  return {
    handle: (session, state, argument) => isIn(state, name) ? run(session, state, argument) : undefined,
  };
}

function isIn<Name extends State["name"]>(state: State, name: Name): state is StateOf<Name> {
  return state.name === name;
}
