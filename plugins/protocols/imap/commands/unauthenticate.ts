/** UNAUTHENTICATE (RFC 8437): as if the client had only just connected. */
import { type Command, command, noArguments } from "../command.ts";
import { bad, ok } from "../replies.ts";
import { loggedIn, notAuthenticated } from "../state.ts";

/** The command. */
export const unauthenticate: Command = command({
  // RFC 8437 §3, §4.1: not where there is a security layer or compression, which would have to be taken off again.
  capabilities: [({ canUnauthenticate }) => canUnauthenticate ? ["UNAUTHENTICATE"] : []],
  states: loggedIn,
  parse: noArguments,
  run(session) {
    if (!session.canUnauthenticate) return { reply: bad("Not under a security layer or compression") };
    session.forget();
    return { reply: ok("Nobody is logged in"), state: notAuthenticated };
  },
});
