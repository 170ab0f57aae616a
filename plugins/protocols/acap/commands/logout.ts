/** LOGOUT (RFC 2244 §6.2.4). */
import { type Command, command, noArguments } from "../command.ts";
import { printName } from "../printing/strings.ts";
import { ok } from "../replies.ts";
import { anyState } from "../state.ts";

/** The command. */
export const logout: Command = command({
  states: anyState,
  parse: noArguments,
  run(session) {
    session.untagged(`BYE ${printName("Goodbye")}`);
    return { reply: ok("Logged out"), ends: true };
  },
});
