/** What a command is, and how an entry of the table becomes one: state first, then syntax, then the deed. */
import type { Scanner } from "./grammar/scanner.ts";
import type { IncomingLiteral } from "../../../core/wire/command_reader.ts";
import { bad, type Reply } from "./replies.ts";
import { rightsMayHaveChanged } from "./selected_rights.ts";
import type { Session } from "./session.ts";
import { isOneOf, type State, type StateOf } from "./state.ts";

/** What came of a command. */
export interface Outcome {
  /** Sent after everything that there is to be told of the mailbox (RFC 9051 §7). */
  readonly reply: Reply;
  /** Where the session stands now; absent: where it stood. */
  readonly state?: State;
  /** What may be told before the reply; absent: what the table says of the command. */
  readonly telling?: Telling;
  /** Whether the session is over after the reply. */
  readonly ends?: boolean;
  /** Done once the reply has been sent: what comes next in either direction is sealed, compressed or encrypted. */
  readonly after?: () => Promise<void> | void;
}

/** Capabilities that a command stands for (RFC 9051 §7.2.2), in the state where the session is, or will be. */
export type Capability = string | ((session: Session, state: State) => readonly string[]);

/**
 * What a command may tell of changes by others (RFC 9051 §7.5.1): with `no-expunge` sequence numbers stay as they are until
 * a later command; with `result` they are what the command has done, and told also to a client that wants to hear of
 * nothing (RFC 5465 §1).
 */
export type Telling = "everything" | "no-expunge" | "nothing" | "result";

/** A literal that a command takes from the connection itself. */
export type TakesLiteral = (text: Uint8Array) => boolean;

/** An entry of the table of commands. */
export interface Command {
  /** What it adds to CAPABILITY. */
  readonly capabilities?: readonly Capability[];
  /** What it may tell; default everything. */
  readonly telling?: Telling;
  /**
   * Whether the command takes the literal that follows this much of its text itself, as it arrives: APPEND's message.
   * All other literals become a part of the text.
   */
  readonly takesLiteral?: TakesLiteral;
  /** Parses the arguments and does it, without waiting where there is nothing to wait for. */
  handle(
    session: Session,
    state: State,
    scanner: Scanner,
    literal: IncomingLiteral | undefined,
  ): Outcome | Promise<Outcome>;
}

/** Commands by name, in upper case: `FETCH`, `UID FETCH`. */
export type CommandTable = ReadonlyMap<string, Command>;

/** A command as it is written down: `run` gets a state that it is made for, and arguments that make sense. */
interface CommandDefinition<Name extends State["name"], Arguments> extends Omit<Command, "handle"> {
  readonly states: readonly Name[];
  /** Reads the arguments, from the space after the name to the end. @throws Malformed. */
  parse(scanner: Scanner, session: Session): Arguments;
  run(
    session: Session,
    state: StateOf<Name>,
    given: Arguments,
    literal: IncomingLiteral | undefined,
  ): Outcome | Promise<Outcome>;
}

/** Makes a command. */
export function command<const Name extends State["name"], Arguments>(
  { states, parse, run, ...facts }: CommandDefinition<Name, Arguments>,
): Command {
  const usesMailbox = states.every((name) => name === "selected");
  return {
    ...facts,
    handle(session, state, scanner, literal) {
      // RFC 9051 §3: a protocol error to attempt a command in an inappropriate state.
      if (!isOneOf(state, states)) return { reply: bad(outOfState(state, states)) };
      const given = parse(scanner, session);
      // RFC 4314 §4: what was taken away since the last command is not used once more.
      const checking = usesMailbox ? rightsMayHaveChanged(session) : undefined;
      return checking === undefined
        ? run(session, state, given, literal)
        : checking.then(() => run(session, state, given, literal));
    },
  };
}

/** A command that names messages by sequence numbers: there are none for a client that has enabled UIDONLY. */
export function byNumber(numbered: Command): Command {
  return {
    ...numbered,
    handle(session, ...given) {
      // RFC 9586 §3: BAD, with this code.
      if (session.extensions.isUidOnly) return { reply: uidRequired };
      return numbered.handle(session, ...given);
    },
  };
}

/** RFC 9586 §3: what the client said has no meaning any more. */
export const uidRequired: Reply = bad("Messages have no numbers once UIDONLY is enabled", "UIDREQUIRED");

/** For commands without arguments. @throws Malformed. */
export function noArguments(scanner: Scanner): undefined {
  scanner.expectEnd();
}

function outOfState(state: State, states: readonly State["name"][]): string {
  if (state.name === "not-authenticated") return "Log in first";
  return states.some((name) => name === "selected") ? "Select a mailbox first" : "Not once you have logged in";
}
