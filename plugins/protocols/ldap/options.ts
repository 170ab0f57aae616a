/** The options of `ldap` in the configuration. */
import * as v from "valibot";
import { everywhere, networks } from "../../../core/options/networks.ts";
import { options } from "../../../core/options/options.ts";
import { duration, flag, integer, oneOf, value } from "../../../core/options/values.ts";
import { type DistinguishedName, readDistinguishedName } from "./schema/distinguished_name.ts";
import { isBase } from "./tree.ts";

/** Their schema; all have defaults. */
export const ldapOptions = options({
  /** Above everybody; absent: each domain has a name of its own. */
  base: v.optional(
    value<DistinguishedName>('a name such as "dc=example,dc=org" or "o=Example"', (given) => {
      const name = typeof given === "string" ? readDistinguishedName(given) : undefined;
      return name !== undefined && isBase(name) ? name : undefined;
    }),
  ),
  /** Whom those who have logged in see: accounts of their own domain, of all domains, or themselves. */
  visible: v.optional(oneOf(["domain", "all", "self"]), "domain"),
  /** From where one may look without a login: then all are seen. */
  anonymous: v.optional(networks, []),
  /** Whether aliases that lead to one account are shown as further addresses of it. */
  aliases: v.optional(flag, false),
  /** Who may connect. */
  allow: v.optional(networks, [...everywhere]),
  /** The most entries of an answer. */
  most_entries: v.optional(integer(1, 100_000), 1000),
  /** How long a search may take. */
  time_limit: v.optional(duration, "30s"),
  /** How long the next request may take. */
  idle_timeout: v.optional(duration, "10m"),
});

/** As the configuration has them; durations in milliseconds. */
export type LdapOptions = v.InferOutput<typeof ldapOptions>;
