/** COMPRESS (RFC 4978). */
import { type Command, command } from "../command.ts";
import { expectCompressArgument } from "../grammar/session_arguments.ts";
import { bad, ok } from "../replies.ts";
import { loggedIn } from "../state.ts";

/** The command. */
export const compress: Command = command({
  // RFC 4978 §3: once is enough. Strangers do not get it: it costs memory.
  capabilities: [
    ({ connection }, { name }) => name !== "not-authenticated" && connection.canCompress ? ["COMPRESS=DEFLATE"] : [],
  ],
  states: loggedIn,
  parse(scanner) {
    scanner.expectSpace();
    return expectCompressArgument(scanner);
  },
  run(session) {
    const { connection } = session;
    // RFC 4978 §3: BAD where COMPRESS itself is active already; NO would be for another layer.
    if (!connection.canCompress) return { reply: bad("Compression is active already", "COMPRESSIONACTIVE") };
    return {
      reply: ok("Deflating from here on"),
      after: () => connection.installCompression(),
    };
  },
});
