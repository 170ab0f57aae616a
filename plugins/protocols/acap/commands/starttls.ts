/** STARTTLS (RFC 2595 §5.1). */
import { type Command, command, noArguments } from "../command.ts";
import { bad, ok } from "../replies.ts";

/** The command. */
export const starttls: Command = command({
  capability: ({ connection }) => connection.canStartTls ? ["STARTTLS"] : undefined,
  states: ["not-authenticated"],
  parse: noArguments,
  run(session) {
    const { connection } = session;
    if (!connection.canStartTls) {
      return { reply: bad(connection.tls === undefined ? "TLS is not offered here" : "TLS is active already") };
    }
    return {
      reply: ok("Begin TLS"),
      async after() {
        await connection.startTls();
        // RFC 2595 §5.1: the greeting is sent again; what was said before may not have been ours.
        session.greet();
      },
    };
  },
});
