/** Commands that extensions add to IMAP: entries of the table like all others, so that CAPABILITY is computed from them too. */
import type { ImapAnswer, OfferedImapCommand } from "../../../core/contract/mod.ts";
import { factsOf } from "../../../core/sasl/attempt_hooks.ts";
import { type Command, command, type CommandTable, type Outcome } from "./command.ts";
import { serverBug } from "./failures.ts";
import { expectExtensionArguments } from "./grammar/extension_arguments.ts";
import type { Session } from "./session.ts";
import type { State } from "./state.ts";

/** The table with these commands in it. @throws Error where a name is taken: what IMAP means by it stays. */
export function withExtensions(table: CommandTable, commands: readonly OfferedImapCommand[] = []): CommandTable {
  const taken = commands.find(({ name }) => table.has(name));
  if (taken !== undefined) throw new Error(`an extension adds the command ${taken.name}, which IMAP has already`);
  return new Map([...table, ...commands.map((offered) => [offered.name, commandOf(offered)] as const)]);
}

function commandOf({ capabilities = [], states, run }: OfferedImapCommand): Command {
  return command({
    capabilities,
    states,
    parse: expectExtensionArguments,
    run: async (session, state, given) => outcomeOf(session, await run(clientOf(session, state), given)),
  });
}

function clientOf({ connection }: Session, state: State): Parameters<OfferedImapCommand["run"]>[0] {
  const { log } = connection;
  if (state.name === "not-authenticated") return { facts: factsOf(connection), log };
  const facts = factsOf(connection, state.user.account);
  if (state.name !== "selected") return { facts, log };
  const { id: mailbox, selection: { owner } } = state.mailbox;
  return { facts, log, selected: { mailbox, owner } };
}

function outcomeOf(session: Session, answer: ImapAnswer | undefined): Outcome {
  if (answer === undefined) return { reply: serverBug };
  const { untagged = [], ...reply } = answer;
  for (const response of untagged) session.untagged(response);
  return { reply };
}
