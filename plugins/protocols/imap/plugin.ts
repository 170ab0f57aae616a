/** IMAP4rev1 (RFC 3501) and IMAP4rev2 (RFC 9051) with their extensions: `docs/rfc.md` lists them. */
import { definePlugin, type Protocol } from "../../../core/contract/mod.ts";
import { commands } from "./command_table.ts";
import { withExtensions } from "./extension_commands.ts";
import { imapOptions } from "./options.ts";
import { keptForAll } from "./service.ts";
import { serveImap } from "./conversation.ts";

export default definePlugin({
  apiVersion: 1,
  kind: "protocol",
  name: "imap",
  summary: "IMAP4rev2 (RFC 9051) and IMAP4rev1 (RFC 3501): mail is read and kept in mailboxes on the server",
  options: imapOptions,
  setup(context, options): Protocol {
    const { imap: added } = context.extensionCommands ?? {};
    const service = { context, options, commands: withExtensions(commands, added), ...keptForAll(context.storage) };
    return {
      serve: (connection, stop) => serveImap(connection, stop, service),
      // RFC 9051 §7.1.5: a greeting that turns the client away; RFC 5530 §3: for now.
      tooMany: "* BYE [UNAVAILABLE] Too many connections, try again later",
    };
  },
});
