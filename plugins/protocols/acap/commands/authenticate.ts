/** AUTHENTICATE (RFC 2244 §6.3.1). */
import { type Command, command } from "../command.ts";
import { eudorasPlain } from "../eudora_logins.ts";
import { expectAuthenticateArguments } from "../grammar/session_arguments.ts";
import { authenticate as hold } from "../log_in.ts";

/** The command. */
export const authenticate: Command = command({
  capability({ connection, service }) {
    const mechanisms = service.context.authentication.mechanismsFor(connection, "acap");
    return mechanisms.length === 0 ? undefined : ["SASL", ...mechanisms];
  },
  states: ["not-authenticated"],
  parse: expectAuthenticateArguments,
  run(session, _state, given) {
    return hold(session, session.dialect.knowsEudora ? eudorasPlain(given) : given);
  },
});
