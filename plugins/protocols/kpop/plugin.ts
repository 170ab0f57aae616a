/** KPOP: POP3 after a Kerberos ticket. No RFC has it; MIT, Cygnus and Qualcomm agreed on it. */
import { definePlugin, type PluginDefinition } from "../../../core/contract/mod.ts";
import { realmsOf } from "../../../core/kerberos/keytab.ts";
import { kerberosIssues } from "../../../core/kerberos/option_issues.ts";
import { mappingOf } from "../../../core/kerberos/options.ts";
import { printPrincipal } from "../../../core/kerberos/principal.ts";
import { openTicketAcceptor } from "../../../core/kerberos/ticket_acceptor.ts";
import { type KpopOptions, kpopOptions } from "./options.ts";
import { kpop } from "./service.ts";

/** As GSSAPI registers it. */
const service = "pop";

const plugin: PluginDefinition<"protocol", KpopOptions> = definePlugin({
  apiVersion: 1,
  kind: "protocol",
  name: "kpop",
  summary: "KPOP: POP3 for clients that prove by a Kerberos 5 ticket who they are; needs --allow-ffi",
  options: kpopOptions,
  check: (options) => kerberosIssues(options, [service], () => openTicketAcceptor({ ...options, service })),
  async setup(context, options) {
    const { keytab, library } = options;
    const acceptor = await openTicketAcceptor({ keytab, library, service });
    context.log.warn("KPOP protects logins, not mail: what is read goes in clear text", {
      principals: acceptor.principals.map(printPrincipal),
    });
    return kpop(context, options, { acceptor, mapping: mappingOf(options, realmsOf(acceptor.principals)) });
  },
});
export default plugin;
