/** COMPRESS (RFC 4978). */
import { type Command, command } from "../command.ts";
import { expectCompressArgument } from "../grammar/session_arguments.ts";
import { no, ok } from "../replies.ts";
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
  run({ connection }) {
    if (!connection.canCompress) return { reply: no("Compression is active already", "COMPRESSIONACTIVE") };
    return { reply: ok("Deflating from here on"), after: () => connection.installCompression() };
  },
});
