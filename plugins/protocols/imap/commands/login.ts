/** LOGIN (RFC 9051 §6.2.3). */
import { type Command, command } from "../command.ts";
import { expectLoginArguments } from "../grammar/session_arguments.ts";
import { no } from "../replies.ts";
import { conclude } from "../conclude_login.ts";

/** The command. */
export const login: Command = command({
  // RFC 9051 §6.2.3: while passwords may not be sent, clients are told not to.
  capabilities: [
    ({ connection, service }, state) =>
      state.name === "not-authenticated" && !service.context.authentication.allowsPasswords(connection)
        ? ["LOGINDISABLED"]
        : [],
  ],
  states: ["not-authenticated"],
  parse(scanner) {
    scanner.expectSpace();
    return expectLoginArguments(scanner);
  },
  async run(session, _state, { user, password }) {
    const { authentication } = session.service.context;
    if (!authentication.allowsPasswords(session.connection)) {
      return { reply: no("Passwords may not be sent without TLS", "PRIVACYREQUIRED") };
    }
    return await conclude(session, await authentication.checkPassword(user, password, session.connection, "imap"));
  },
});
