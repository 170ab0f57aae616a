/** GSSAPI (RFC 4752): logins by Kerberos 5 tickets, with all of its security layers. */
import * as v from "valibot";
import { definePlugin, type PluginDefinition, type Service } from "../../../core/contract/mod.ts";
import { openContextAcceptor } from "../../../core/kerberos/context_acceptor.ts";
import { realmsOf } from "../../../core/kerberos/keytab.ts";
import { kerberosIssues } from "../../../core/kerberos/option_issues.ts";
import { kerberosOptions, mappingOf } from "../../../core/kerberos/options.ts";
import { printPrincipal } from "../../../core/kerberos/principal.ts";
import { options } from "../../../core/options/options.ts";
import { listOf, oneOf } from "../../../core/options/values.ts";
import { gssapi } from "./conversation.ts";

const gssapiOptions = options({
  ...kerberosOptions.entries,
  /** What is offered: nothing, packets that nobody can change, packets that nobody can read. */
  layers: v.optional(
    listOf(oneOf(["none", "integrity", "confidentiality"]), "a list of none, integrity and confidentiality", 1),
    ["none", "integrity", "confidentiality"],
  ),
});

/** Those that might have a key. */
const services: readonly Service[] = ["pop", "imap", "smtp", "sieve", "acap", "ldap"];

const plugin: PluginDefinition<"auth", v.InferOutput<typeof gssapiOptions>> = definePlugin({
  apiVersion: 1,
  kind: "auth",
  name: "gssapi",
  summary: "GSSAPI (RFC 4752): a Kerberos 5 ticket, with security layers; needs --allow-ffi",
  options: gssapiOptions,
  check: (given) => kerberosIssues(given, services, () => openContextAcceptor({ ...given, services })),
  async setup({ log }, given) {
    const { keytab, library, layers } = given;
    const acceptor = await openContextAcceptor({ keytab, library, services });
    const { principals } = acceptor;
    log.info("GSSAPI is offered where there are keys", { principals: principals.map(printPrincipal) });
    const mapping = mappingOf(given, realmsOf(principals));
    return {
      mechanism: "GSSAPI",
      first: "client",
      needs: "nothing",
      // RFC 4752 §3.2: not "unless it has acceptor credential".
      services: services.filter((service) => acceptor.services.includes(service)),
      revealsPassword: false,
      exchange: (request) => gssapi(request, { acceptor, mapping, layers, log }),
      async stop() {
        await acceptor[Symbol.asyncDispose]();
      },
    };
  },
});
export default plugin;
