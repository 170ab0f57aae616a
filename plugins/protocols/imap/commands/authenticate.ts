/** AUTHENTICATE (RFC 9051 §6.2.2) with an initial response (RFC 4959). */
import { runSaslDialogue } from "../../../../core/sasl/base64_dialogue.ts";
import { type Command, command } from "../command.ts";
import { expectAuthenticateArguments } from "../grammar/session_arguments.ts";
import { conclude } from "../conclude_login.ts";

/** The command. */
export const authenticate: Command = command({
  capabilities: ["SASL-IR", ({ connection, service }, state) => {
    if (state.name !== "not-authenticated") return [];
    return service.context.authentication.mechanismsFor(connection, "imap").map((name) => `AUTH=${name}`);
  }],
  states: ["not-authenticated"],
  parse(scanner) {
    scanner.expectSpace();
    return expectAuthenticateArguments(scanner);
  },
  async run(session, _state, { mechanism, initialResponse: initial }) {
    const { connection, service } = session;
    const end = await runSaslDialogue({
      authentication: service.context.authentication,
      connection,
      service: "imap",
      mechanism,
      initial,
      // RFC 9051 §7.6: an empty challenge is "+ ", with its space.
      sendChallenge: (challenge) => connection.writer.line(`+ ${challenge}`),
    });
    return await conclude(session, end, mechanism === "ANONYMOUS");
  },
});
