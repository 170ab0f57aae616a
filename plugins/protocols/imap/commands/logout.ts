/** LOGOUT (RFC 9051 §6.1.3). */
import { type Command, command, noArguments } from "../command.ts";
import { ok } from "../replies.ts";
import { anyState } from "../state.ts";

/** The command. */
export const logout: Command = command({
  // Nothing is of use to the client any more.
  telling: "nothing",
  states: anyState,
  parse: noArguments,
  run(session) {
    session.untagged("BYE Goodbye");
    return { reply: ok("Logged out"), ends: true };
  },
});
