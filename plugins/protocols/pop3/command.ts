/** What a command is, and how an entry of the table becomes one: state first, then syntax, then the deed. */
import { type Reply, wrong } from "./replies.ts";
import type { Session } from "./session.ts";
import { isOneOf, type State, type StateOf } from "./state.ts";

/** What came of a command. */
export interface Outcome {
  /** Absent when it has replied already. */
  readonly reply?: Reply;
  /** Where the session stands now; absent: where it stood, but that a USER before is forgotten. */
  readonly state?: State;
  /** Whether the session is over after the reply. */
  readonly ends?: boolean;
}

/** A line of CAPA, or what gives it; undefined where it does not hold. */
export type Capability = string | ((session: Session) => string | undefined);

/** An entry of the table of commands. */
export interface Command {
  /** The line of CAPA that stands for this command, where it is optional. */
  readonly capability?: Capability;
  /** Whether its argument proves who the client is: a fault in it is one of the credentials (RFC 3206 §5, but for USER). */
  readonly isProof?: boolean;
  /** Does it, without waiting where there is nothing to wait for. */
  handle(session: Session, state: State, argument: string | undefined): Outcome | Promise<Outcome>;
}

/** Commands by keyword, in upper case. */
export type CommandTable = ReadonlyMap<string, Command>;

/** A command as it is written down: `run` gets a state that it is made for, and an argument that makes sense. */
interface CommandDefinition<Name extends State["name"], Argument> extends Omit<Command, "handle"> {
  readonly states: readonly Name[];
  /** As a client would have to write it: "TOP msg n". */
  readonly usage: string;
  /** Undefined for what makes no sense. */
  parse(argument: string | undefined): { readonly value: Argument } | undefined;
  run(session: Session, state: StateOf<Name>, argument: Argument): Outcome | Promise<Outcome>;
}

/** Makes a command. */
export function command<const Name extends State["name"], Argument>(
  { states, usage, parse, run, ...facts }: CommandDefinition<Name, Argument>,
): Command {
  return {
    ...facts,
    handle(session, state, argument) {
      const { texts } = session;
      // RFC 1939 §3: a negative reply to a command in the wrong state, and to one that is invalid.
      if (!isOneOf(state, states)) {
        return { reply: wrong(state.name === "transaction" ? texts.loggedIn : outOfOrder(states, texts)) };
      }
      const parsed = parse(argument);
      return parsed === undefined ? { reply: wrong(texts.expected(usage)) } : run(session, state, parsed.value);
    },
  };
}

function outOfOrder(states: readonly State["name"][], texts: Session["texts"]): string {
  return states.includes("named") ? texts.userFirst : texts.loginFirst;
}

/** The states before a login. */
export const beforeLogin = ["authorization", "named"] as const;

/** Nothing; clients that leave a space at the end are forgiven. */
export function noArgument(argument: string | undefined): { readonly value: undefined } | undefined {
  return words(argument).length === 0 ? { value: undefined } : undefined;
}

/** What RFC 1939 calls msg: a decimal number. Whether there is such a message is another question. */
export function messageNumber(argument: string | undefined): { readonly value: number } | undefined {
  const [number, ...more] = numbers(argument) ?? [];
  return number === undefined || more.length > 0 ? undefined : { value: number };
}

/** The same, or nothing. */
export function optionalMessageNumber(
  argument: string | undefined,
): { readonly value: number | undefined } | undefined {
  return noArgument(argument) ?? messageNumber(argument);
}

/** Decimal numbers; undefined when one of the words is none. */
export function numbers(argument: string | undefined): number[] | undefined {
  const found = words(argument);
  return found.every((word) => /^\d+$/.test(word)) ? found.map(Number) : undefined;
}

/** What spaces part. RFC 1939 §3 has exactly one between two; clients that leave more are forgiven. */
export function words(argument: string | undefined): string[] {
  return (argument ?? "").split(" ").filter((word) => word !== "");
}
