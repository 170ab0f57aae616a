/** LOGIN (RFC 9051 §6.2.3). */
import { type Command, command } from "../command.ts";
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
    const name = scanner.expectText("a user name");
    scanner.expectSpace();
    const password = scanner.expectText("a password");
    scanner.expectEnd();
    return { name, password };
  },
  async run(session, _state, { name, password }) {
    const { authentication } = session.service.context;
    if (!authentication.allowsPasswords(session.connection)) {
      return { reply: no("Passwords may not be sent without TLS", "PRIVACYREQUIRED") };
    }
    return await conclude(session, await authentication.checkPassword(name, password, session.connection, "imap"));
  },
});
