/** The root DSE (RFC 4512 §5.1): what the server is, and what it can do on this connection now. */
import type { Connection } from "../../../core/contract/mod.ts";
import { attributesOf, type Entry, subschemaName } from "./entry.ts";
import { supportedExtensions } from "./extended.ts";
import { supportedControls } from "./grammar/controls.ts";
import { printDistinguishedName } from "./schema/distinguished_name.ts";
import type { LdapService } from "./service.ts";

/** RFC 3673 ("+"), and RFC 4526 (filters of no parts). */
const features = ["1.3.6.1.4.1.4203.1.5.1", "1.3.6.1.4.1.4203.1.5.3"];

/** Its entry, as it is now. */
export function rootEntry({ context, tree }: LdapService, connection: Connection): Entry {
  return {
    ...{ name: [], keys: [], printed: "" },
    attributes: attributesOf({
      objectClass: ["top"],
      namingContexts: tree.contexts.map(({ structure: [suffix] }) => suffix.printed),
      subschemaSubentry: [printDistinguishedName(subschemaName)],
      supportedControl: supportedControls,
      supportedExtension: supportedExtensions(connection),
      supportedFeatures: features,
      supportedLDAPVersion: ["2", "3"],
      supportedSASLMechanisms: context.authentication.mechanismsFor(connection, "ldap"),
    }),
  };
}
