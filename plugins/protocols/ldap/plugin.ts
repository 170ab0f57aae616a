/** LDAP (RFC 4510): the accounts as an address book that is only read, as EIMS had it. */
import { definePlugin, type PluginDefinition } from "../../../core/contract/mod.ts";
import { printNotice, result } from "./grammar/result.ts";
import { type LdapOptions, ldapOptions } from "./options.ts";
import { ldapService } from "./service.ts";
import { serveLdap } from "./session.ts";

const plugin: PluginDefinition<"protocol", LdapOptions> = definePlugin({
  apiVersion: 1,
  kind: "protocol",
  name: "ldap",
  summary: "LDAP (RFC 4511): an address book of the accounts, for the address completion of mail clients",
  options: ldapOptions,
  setup(context, options) {
    if (!options.anonymous.isEmpty) {
      context.log.warn("LDAP tells the addresses of all accounts, without a login, to those whom anonymous names");
    }
    const service = ldapService(context, options);
    return {
      serve: (connection, stop) => serveLdap(connection, stop, service),
      tooMany: printNotice(result("busy", "too many connections, try again later")),
    };
  },
});
export default plugin;
