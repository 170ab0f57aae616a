/** What a POP2 command is: state first, then syntax, then the deed. What fails in any of them is garbage to RFC 937. */
import type { Pop2Session } from "./session.ts";
import { isOneOf, type State, type StateOf } from "./state.ts";

/** What came of a command. */
export type Outcome =
  | {
    /** Absent where what was sent is no reply. */
    readonly reply?: string;
    readonly state: State;
  }
  | {
    /** The last words, if there are any. */
    readonly reply?: string;
    readonly ends: true;
  };

/** An entry of the table of commands. */
export interface Command {
  /** Does it; undefined for garbage. */
  handle(session: Pop2Session, state: State, words: readonly string[]): Promise<Outcome> | undefined;
}

interface CommandDefinition<Name extends State["name"], Argument> {
  readonly states: readonly Name[];
  /** Undefined for what makes no sense. */
  parse(words: readonly string[]): { readonly value: Argument } | undefined;
  run(session: Pop2Session, state: StateOf<Name>, argument: Argument): Promise<Outcome>;
}

/** Makes a command. */
export function command<const Name extends State["name"], Argument>(
  { states, parse, run }: CommandDefinition<Name, Argument>,
): Command {
  return {
    handle(session, state, words) {
      if (!isOneOf(state, states)) return undefined;
      const parsed = parse(words);
      return parsed === undefined ? undefined : run(session, state, parsed.value);
    },
  };
}

/** Nothing. */
export function noWords(words: readonly string[]): { readonly value: undefined } | undefined {
  return words.length === 0 ? { value: undefined } : undefined;
}

/** The last words of a session in which something was wrong: RFC 937, "if anything goes wrong close the connection". */
export function wrong(text: string): Outcome {
  return { reply: `- ${text}`, ends: true };
}
