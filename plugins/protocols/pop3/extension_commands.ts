/** Commands that extensions add to POP3: entries of the table like all others, so that CAPA is computed from them too. */
import type { ConnectionFacts, OfferedPop3Command, Pop3Answer } from "../../../core/contract/mod.ts";
import { factsOf } from "../../../core/sasl/attempt_hooks.ts";
import { beforeLogin, type Command, command, type CommandTable, type Outcome } from "./command.ts";
import { failureReply } from "./errors.ts";
import { failed, ok } from "./replies.ts";
import type { Session } from "./session.ts";
import type { State } from "./state.ts";

/** The table with these commands in it. @throws Error where a name is taken: what POP3 means by it stays. */
export function withExtensions(table: CommandTable, commands: readonly OfferedPop3Command[] = []): CommandTable {
  const taken = commands.find(({ keyword }) => table.has(keyword));
  if (taken !== undefined) throw new Error(`an extension adds the command ${taken.keyword}, which POP3 has already`);
  return new Map([...table, ...commands.map((offered) => [offered.keyword, commandOf(offered)] as const)]);
}

function commandOf({ keyword, capability, states, run }: OfferedPop3Command): Command {
  return command({
    states: states.flatMap((name) => name === "authorization" ? beforeLogin : [name]),
    usage: keyword,
    parse: (argument) => ({ value: argument }),
    run: async (session, state, argument) => {
      const { log } = session.connection;
      return outcomeOf(session, await run({ facts: factsIn(session, state), log }, argument));
    },
    ...capability !== undefined && { capability },
  });
}

function factsIn({ connection }: Session, state: State): ConnectionFacts {
  return factsOf(connection, state.name === "transaction" ? state.maildrop.account : undefined);
}

function outcomeOf(session: Session, answer: Pop3Answer | undefined): Outcome | Promise<Outcome> {
  if (answer === undefined) return { reply: failureReply(session.texts) };
  if (!answer.ok) return { reply: failed(answer.text) };
  const reply = ok(answer.text);
  return answer.lines === undefined ? { reply } : session.list(reply, answer.lines);
}
