/** STARTTLS (RFC 9051 §6.2.1). */
import { type Command, command, noArguments } from "../command.ts";
import { bad, ok } from "../replies.ts";

/** The command. */
export const starttls: Command = command({
  // RFC 9051 §6.2.1: not under TLS, and not once one has logged in.
  capabilities: [
    ({ connection }, state) => connection.canStartTls && state.name === "not-authenticated" ? ["STARTTLS"] : [],
  ],
  states: ["not-authenticated"],
  parse: noArguments,
  run({ connection }) {
    if (!connection.canStartTls) {
      return { reply: bad(connection.tls === undefined ? "TLS is not offered here" : "TLS is active already") };
    }
    return {
      reply: ok("Begin TLS"),
      async after() {
        await connection.startTls();
      },
    };
  },
});
