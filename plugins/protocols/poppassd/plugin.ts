/** poppassd: passwords are changed on port 106, as Eudora, EIMS and web mail do it. No RFC has it. */
import { definePlugin, type Protocol } from "../../../core/contract/mod.ts";
import { poppassdOptions } from "./options.ts";
import { servePoppassd } from "./session.ts";

export default definePlugin({
  apiVersion: 1,
  kind: "protocol",
  name: "poppassd",
  summary: "Changes passwords, for Eudora and web mail: by TLS, or from this machine",
  options: poppassdOptions,
  setup(context, options): Protocol {
    const { admin } = context.directory;
    if (admin === undefined) throw new Error("the directory that is configured changes no passwords");
    context.log.warn(
      "poppassd takes old and new passwords: under TLS, and in clear text from where cleartext_from says",
    );
    return {
      serve: (connection, stop) => servePoppassd(connection, stop, { context, options, admin }),
      tooMany: "400 too many connections, try again later",
    };
  },
});
