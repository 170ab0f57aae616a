/** SMTP in (RFC 5321): the receiving server of the local domains, and the submission server of their users (RFC 6409). */
import { definePlugin, type Protocol } from "../../../core/contract/mod.ts";
import { smtpOptions } from "./options.ts";
import { Session, tooMany } from "./session.ts";

export default definePlugin({
  apiVersion: 1,
  kind: "protocol",
  name: "smtp",
  summary: "SMTP (RFC 5321): receives mail for local mailboxes; with mode: submission, from users (RFC 6409)",
  options: smtpOptions,
  setup: (context, options): Protocol => ({
    serve: (connection, stop) => new Session(context, options, connection).serve(stop),
    tooMany: tooMany(context.hostname),
  }),
});
