/** POP2 (RFC 937): a museum piece, for clients that are older than POP3. */
import { definePlugin, type Protocol } from "../../../core/contract/mod.ts";
import { oldPopOptions } from "./options.ts";
import { servePop2 } from "./session.ts";

export default definePlugin({
  apiVersion: 1,
  kind: "protocol",
  name: "pop2",
  summary: "POP2 (RFC 937), for museums and microcomputers: passwords and mail in clear text",
  options: oldPopOptions,
  setup(context, options): Protocol {
    context.log.warn(
      "POP2 has passwords and mail in clear text unless its port is a tls one: for trusted networks only",
    );
    return {
      serve: (connection, stop) => servePop2(connection, stop, context, options),
      tooMany: "- too many connections, try again later",
    };
  },
});
