/** What a POP1 command is: state first, then syntax, then the deed. */
import type { Pop1Session } from "./session.ts";
import { isOneOf, type State, type StateOf } from "./state.ts";

/** What came of a command. */
export interface Outcome {
  /** Absent where what was sent is no reply. */
  readonly reply?: string;
  /** Where the session stands now; absent: where it stood. */
  readonly state?: State;
  /** Whether the session is over after the reply. */
  readonly ends?: boolean;
}

/** An entry of the table of commands. */
export interface Command {
  /** Does it; undefined where it makes no sense, or not in this state. */
  handle(session: Pop1Session, state: State, argument: string): Promise<Outcome> | undefined;
}

interface CommandDefinition<Name extends State["name"]> {
  readonly states: readonly Name[];
  /** Whether something has to follow the keyword; otherwise nothing may. */
  readonly takes: "argument" | "nothing";
  run(session: Pop1Session, state: StateOf<Name>, argument: string): Promise<Outcome>;
}

/** Makes a command. */
export function command<const Name extends State["name"]>({ states, takes, run }: CommandDefinition<Name>): Command {
  return {
    handle(session, state, argument) {
      if (!isOneOf(state, states) || (argument !== "") !== (takes === "argument")) return undefined;
      return run(session, state, argument);
    },
  };
}

/** RFC 918, Replies. */
export function error(text: string): string {
  return `-ERR ${text}`;
}
