/** Ph (RFC 2378): the CCSO nameserver, which looks addresses up, as EIMS had it. */
import { definePlugin, type Protocol } from "../../../core/contract/mod.ts";
import { phOptions } from "./options.ts";
import { servePh, unavailable } from "./session.ts";

export default definePlugin({
  apiVersion: 1,
  kind: "protocol",
  name: "ph",
  summary: "Ph (RFC 2378): looks up the addresses of accounts, for Eudora",
  options: phOptions,
  setup(context, options): Protocol {
    context.log.warn("Ph tells the addresses of all accounts, without a login, to those whom allow names");
    return { serve: (connection, stop) => servePh(connection, stop, { context, options }), tooMany: unavailable };
  },
});
