/** POP1 (RFC 918): a museum piece, which fetches whole mailboxes at once. */
import { definePlugin, type Protocol } from "../../../core/contract/mod.ts";
import { oldPopOptions } from "../pop2/options.ts";
import { error } from "./command.ts";
import { servePop1 } from "./session.ts";

export default definePlugin({
  apiVersion: 1,
  kind: "protocol",
  name: "pop1",
  summary: "POP1 (RFC 918), for museums and microcomputers: passwords and mail in clear text",
  options: oldPopOptions,
  setup(context, options): Protocol {
    context.log.warn(
      "POP1 has passwords and mail in clear text unless its port is a tls one: for trusted networks only",
    );
    return {
      serve: (connection, stop) => servePop1(connection, stop, context, options),
      tooMany: error("too many connections, try again later"),
    };
  },
});
