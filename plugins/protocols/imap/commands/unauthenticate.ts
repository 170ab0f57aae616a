/** UNAUTHENTICATE (RFC 8437): as if the client had only just connected. */
import { type Command, command, noArguments } from "../command.ts";
import { bad, ok } from "../replies.ts";
import { loggedIn, notAuthenticated } from "../state.ts";

const impossible = "Not under a security layer or compression";

/** The command. */
export const unauthenticate: Command = command({
  // RFC 8437 §3, §4.1: not where there is a security layer or compression, which would have to be taken off again.
  capabilities: [({ canUnauthenticate }) => canUnauthenticate ? ["UNAUTHENTICATE"] : []],
  states: loggedIn,
  parse: noArguments,
  run(session) {
    if (!session.canUnauthenticate) {
      // RFC 8437 §3: BYE; what a client has sent after it is for another user, and must not be done for this one.
      session.untagged(`BYE ${impossible}`);
      return { reply: bad(impossible), ends: true };
    }
    session.forget();
    return { reply: ok("Nobody is logged in"), state: notAuthenticated };
  },
});
