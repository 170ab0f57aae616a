/** UNAUTHENTICATE (RFC 8437): as if the client had only just connected. */
import { type Command, command, noArguments } from "../command.ts";
import { bad, ok } from "../replies.ts";
import { loggedIn, notAuthenticated } from "../state.ts";

const tooEarly = "What follows is still under a layer that ends here";

/** The command. */
export const unauthenticate: Command = command({
  capabilities: [({ service }) => service.options.unauthenticate ? ["UNAUTHENTICATE"] : []],
  states: loggedIn,
  parse: noArguments,
  run(session) {
    const { connection, service } = session;
    // RFC 8437 §8: there is a way to do without it.
    if (!service.options.unauthenticate) return { reply: bad("Unknown command") };
    if (connection.isLayered && connection.reader.hasInput) {
      // RFC 8437 §3, §4.1: the client's layers end with this command. What comes after it must be done for nobody.
      session.untagged(`BYE ${tooEarly}`);
      return { reply: bad(tooEarly), ends: true };
    }
    session.forget();
    return {
      reply: ok("Nobody is logged in"),
      state: notAuthenticated,
      // RFC 8437 §4.1: ours end after the CRLF of the response.
      ...connection.isLayered && { after: () => connection.removeLayers() },
    };
  },
});
