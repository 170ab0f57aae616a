/** CAPABILITY (RFC 9051 §6.1.1). */
import { capabilitiesOf } from "../capabilities.ts";
import { type Command, command, noArguments } from "../command.ts";
import { ok } from "../replies.ts";
import { anyState } from "../state.ts";

/** The command. */
export const capability: Command = command({
  states: anyState,
  parse: noArguments,
  run(session) {
    session.untagged(`CAPABILITY ${capabilitiesOf(session).join(" ")}`);
    return { reply: ok("That is all") };
  },
});
