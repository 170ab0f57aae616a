/** UPDATECONTEXT (RFC 2244 §6.5.2). */
import { type Command, command } from "../command.ts";
import { expectContexts } from "../grammar/session_arguments.ts";
import { no, ok } from "../replies.ts";

/** The command. */
export const updateContext: Command = command({
  states: ["authenticated"],
  parse: expectContexts,
  async run({ contexts }, { user }, names) {
    if (!names.every((name) => contexts.get(name).given.isNotified)) {
      return { reply: no("Changes of that context are not told") };
    }
    contexts.touch();
    await contexts.tell(user);
    return { reply: ok("All changes have been told") };
  },
});
