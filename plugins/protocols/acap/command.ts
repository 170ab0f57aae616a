/** What a command is, and how an entry of the table becomes one: state first, then syntax, then the deed. */
import type { Scanner } from "./grammar/scanner.ts";
import { bad, type Reply } from "./replies.ts";
import type { Session } from "./session.ts";
import { isOneOf, type State, type StateOf } from "./state.ts";

/** What came of a command. */
export interface Outcome {
  /** Sent after everything else. */
  readonly reply: Reply;
  /** Where the session stands now; absent: where it stood. */
  readonly state?: State;
  /** Whether it was a login that has failed; too many of these end the session. */
  readonly isFailedLogin?: boolean;
  /** Whether the session is over after the reply. */
  readonly ends?: boolean;
  /** Done once the reply has been sent: what comes next in either direction is sealed or encrypted. */
  readonly after?: () => Promise<void> | void;
}

/** A capability of the greeting (RFC 2244 §6.1.1), or none now: its name and the strings that follow it. */
export type Capability = (session: Session) => readonly [name: string, ...values: string[]] | undefined;

/** An entry of the table of commands. */
export interface Command {
  /** What it adds to the greeting. */
  readonly capability?: Capability;
  /** Parses the arguments and does it, without waiting where there is nothing to wait for. */
  handle(session: Session, state: State, scanner: Scanner): Outcome | Promise<Outcome>;
}

/** Commands by name, in upper case. */
export type CommandTable = ReadonlyMap<string, Command>;

/** A command as it is written down: `run` gets a state that it is made for, and arguments that make sense. */
interface CommandDefinition<Name extends State["name"], Arguments> extends Omit<Command, "handle"> {
  readonly states: readonly Name[];
  /** Reads the arguments, from the space after the name to the end. @throws Malformed. */
  parse(scanner: Scanner, session: Session): Arguments;
  run(session: Session, state: StateOf<Name>, given: Arguments): Outcome | Promise<Outcome>;
}

/** Makes a command. */
export function command<const Name extends State["name"], Arguments>(
  { states, parse, run, ...facts }: CommandDefinition<Name, Arguments>,
): Command {
  return {
    ...facts,
    handle(session, state, scanner) {
      // RFC 2244 §2.3: a protocol error to attempt a command in an inappropriate state.
      if (!isOneOf(state, states)) {
        return { reply: bad(state.name === "not-authenticated" ? "Log in first" : "Not once you have logged in") };
      }
      return run(session, state, parse(scanner, session));
    },
  };
}

/** For commands without arguments. @throws Malformed. */
export function noArguments(scanner: Scanner): undefined {
  scanner.expectEnd();
}
