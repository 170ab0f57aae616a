/** LOGIN, which is not ACAP's: Eudora has it for servers that speak of no mechanism, and it works where that is wanted. */
import { type Command, command } from "../command.ts";
import { expectEudorasLogin } from "../eudora_logins.ts";
import { conclude } from "../log_in.ts";

/** The command; unknown unless Eudora's ways are. */
export const login: Command = command({
  states: ["not-authenticated"],
  parse: expectEudorasLogin,
  async run(session, _state, { login, password }) {
    const { connection, service: { context: { authentication } } } = session;
    return await conclude(session, await authentication.checkPassword(login, password, connection, "acap"));
  },
});
