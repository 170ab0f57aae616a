/** The options that plugins with Kerberos have in common. */
import * as v from "valibot";
import { options } from "../options/options.ts";
import { flag, listOf, text, value, type ValueSchema } from "../options/values.ts";
import type { PrincipalMapping } from "./mapping.ts";
import { parsePrincipal, printPrincipal } from "./principal.ts";

const logins: ValueSchema<ReadonlyMap<string, string>> = value(
  "logins by principal, such as { alice/mail@EXAMPLE.NET: alice@example.org }",
  (given) => {
    if (typeof given !== "object" || given === null || Array.isArray(given)) return undefined;
    const entries = Object.entries(given).flatMap(([principal, login]) => {
      const parsed = parsePrincipal(principal);
      const isLogin = typeof login === "string" && login !== "";
      return parsed !== undefined && isLogin ? [[printPrincipal(parsed), login] as const] : [];
    });
    return entries.length === Object.keys(given).length ? new Map(entries) : undefined;
  },
);

const path: ValueSchema<string> = value(
  "an absolute path such as /etc/krb5.keytab",
  (given) => typeof given === "string" && /^\/[^\0]+$/.test(given) ? given : undefined,
);

/** Their schema: a plugin's own has these entries and more. */
export const kerberosOptions = options({
  /** The server's own keys. */
  keytab: v.optional(path, "/etc/krb5.keytab"),
  /** Of MIT's libgssapi_krb5, where the system has it elsewhere. */
  library: v.optional(path),
  /** Absent: those of the server's keys. */
  realms: v.optional(listOf(text("a realm such as EXAMPLE.ORG"), "at least one realm, such as [EXAMPLE.ORG]", 1)),
  /** Whether `alice@EXAMPLE.ORG` is the login `alice`, or `alice@example.org`. */
  strip_realm: v.optional(flag, true),
  /** Logins of single principals. */
  principals: v.optional(logins, {}),
});

/** As the configuration has them. */
export type KerberosOptions = v.InferOutput<typeof kerberosOptions>;

/** The rules that options make. @param ownRealms Those of the server's keys. */
export function mappingOf(given: KerberosOptions, ownRealms: readonly string[]): PrincipalMapping {
  return { realms: given.realms ?? ownRealms, isRealmStripped: given.strip_realm, logins: given.principals };
}
