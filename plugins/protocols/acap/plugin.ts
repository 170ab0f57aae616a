/** ACAP (RFC 2244): what programs remember for their users is kept on the server; Eudora configures itself by it. */
import { definePlugin, type Protocol } from "../../../core/contract/mod.ts";
import { commandTable } from "./command_table.ts";
import { serveAcap } from "./conversation.ts";
import { acapOptions } from "./options.ts";

export default definePlugin({
  apiVersion: 1,
  kind: "protocol",
  name: "acap",
  summary: "ACAP (RFC 2244): settings of programs are kept on the server; Eudora configures itself by it",
  options: acapOptions,
  setup(context, options): Protocol {
    const service = { context, options, commands: commandTable(options) };
    return {
      serve: (connection, stop) => serveAcap(connection, stop, service),
      // RFC 2244 §6.2.8.
      tooMany: '* BYE (TRYLATER) "Too many connections, try again later"',
    };
  },
});
