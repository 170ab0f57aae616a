/** POP3 (RFC 1939) with its extensions: RFC 2449, 2595, 3206, 5034, 6856, 6858; and what RFC 1081 to 1460 had, if configured. */
import { definePlugin, type Protocol } from "../../../core/contract/mod.ts";
import { pop3Commands } from "./commands.ts";
import { earlyCommands } from "./early_commands.ts";
import { pop3PluginOptions } from "./plugin_options.ts";
import { rpopCommands } from "./rpop.ts";
import { pop3Service } from "./service.ts";
import { pop3Protocol } from "./session.ts";

export default definePlugin({
  apiVersion: 1,
  kind: "protocol",
  name: "pop3",
  summary: "POP3 (RFC 1939) with APOP, SASL, STLS, CAPA, UTF8 and LANG: mail is fetched from INBOX",
  options: pop3PluginOptions,
  setup(context, options): Protocol {
    const { early, rpop } = options;
    if (!rpop.isEmpty) {
      context.log.warn(
        "RPOP is on: the hosts that rpop names open any maildrop without a password, as does whoever forges them",
      );
    }
    const commands = new Map([
      ...pop3Commands,
      ...early ? earlyCommands : [],
      ...rpop.isEmpty ? [] : rpopCommands(rpop),
    ]);
    return pop3Protocol({ ...pop3Service(context, options, commands), keepsLast: early });
  },
});
