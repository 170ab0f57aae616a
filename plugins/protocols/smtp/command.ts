/** What a command is, and how an entry of the table becomes one: state first, then syntax, then the deed. */
import type { Extension } from "./extensions.ts";
import { type Reply, reply } from "./replies.ts";
import type { Session } from "./session.ts";
import { isOneOf, type State, type StateOf } from "./state.ts";

/** What came of a command. */
export interface Outcome {
  /** Absent when it has replied already, or the reply is not its to give. */
  readonly reply?: Reply;
  /** Where the session stands now; absent: where it stood. */
  readonly state?: State;
  /** Whether the session is over after the reply. */
  readonly ends?: boolean;
}

/** An argument as it is used, or why it is refused. */
export type Parsed<Argument> = { readonly value: Argument } | { readonly refusal: Reply };

/** An entry of the table of commands. */
export interface Command {
  /** Lines of EHLO that stand for this command. */
  readonly extensions?: readonly Extension[];
  /** RFC 2920 §3.2: the reply may wait for its siblings. Absent: it is sent at once. */
  readonly mayWait?: boolean;
  /** Does it, without waiting where there is nothing to wait for. The argument has no blanks at its ends. */
  handle(session: Session, state: State, argument: string): Outcome | Promise<Outcome>;
}

/** A command as it is written down: `run` gets a state that it is made for, and an argument that makes sense. */
interface CommandDefinition<Name extends State["name"], Argument> extends Pick<Command, "extensions" | "mayWait"> {
  readonly states: readonly Name[];
  parse(argument: string): Parsed<Argument>;
  run(session: Session, state: StateOf<Name>, argument: Argument): Outcome | Promise<Outcome>;
}

/** Every state but that of a client that was turned away. */
export const anyState = ["start", "greeted", "transaction", "chunks"] as const;

/** Makes a command. */
export function command<const Name extends State["name"], Argument>(
  { states, parse, run, ...facts }: CommandDefinition<Name, Argument>,
): Command {
  return {
    ...facts,
    handle(session, state, argument) {
      // RFC 5321 §4.1.4: out of order is 503, and changes nothing.
      if (!isOneOf(state, states)) return { reply: outOfOrder(state) };
      const parsed = parse(argument);
      return "refusal" in parsed ? { reply: parsed.refusal } : run(session, state, parsed.value);
    },
  };
}

/** The reply to a command for which it is too early or too late. */
export function outOfOrder({ name }: State): Reply {
  return reply(503, "5.5.1", hints[name]);
}

const hints: Readonly<Record<State["name"], string>> = {
  refused: "No service for you here; QUIT",
  start: "Send HELO or EHLO first",
  greeted: "Send MAIL first",
  transaction: "A transaction is open: finish it, or send RSET",
  chunks: "A message is coming in chunks: finish it with BDAT, or send RSET",
};

/** RFC 5321 §4.1.1: these commands take no parameters. */
export function noArgument(argument: string): Parsed<undefined> {
  return argument === "" ? { value: undefined } : { refusal: reply(501, "5.5.4", "No argument is allowed here") };
}

/** Whatever stands there. */
export function anyArgument(argument: string): Parsed<string> {
  return { value: argument };
}

/** Goes on with a value that may have to be waited for. */
export function after<Value, Result>(
  value: Value | Promise<Value>,
  then: (value: Value) => Result | Promise<Result>,
): Result | Promise<Result> {
  return value instanceof Promise ? value.then(then) : then(value);
}
