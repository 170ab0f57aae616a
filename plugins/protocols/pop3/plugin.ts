/** POP3 (RFC 1939) with its extensions: RFC 2449, 2595, 3206, 5034, 6856, 6858. */
import { definePlugin, type Protocol } from "../../../core/contract/mod.ts";
import { pop3Commands } from "./commands.ts";
import { pop3Options } from "./options.ts";
import { pop3Service } from "./service.ts";
import { servePop3 } from "./session.ts";

export default definePlugin({
  apiVersion: 1,
  kind: "protocol",
  name: "pop3",
  summary: "POP3 (RFC 1939) with APOP, SASL, STLS, CAPA, UTF8 and LANG: mail is fetched from INBOX",
  options: pop3Options,
  setup(context, options): Protocol {
    const service = pop3Service(context, options, pop3Commands);
    return { serve: (connection, stop) => servePop3(connection, stop, service) };
  },
});
