/** Which server a client means (RFC 2831 §2.1.2, digest-uri and realm). */
import type { ExchangeRequest } from "../../../core/contract/mod.ts";

/** How the server is known. */
type Own = Pick<ExchangeRequest, "hostname" | "domain">;

/** Names of the machine that the client runs on: nobody else is behind them. */
const loopback = ["localhost", "127.0.0.1"];

/** Whether `service/host` or `service/host/service-name` is this server. */
export function isOurs(
  digestUri: string,
  { service, ...own }: Own & Pick<ExchangeRequest, "service">,
  hosts: readonly string[],
): boolean {
  const [type = "", ...names] = digestUri.toLowerCase().split("/");
  return type === service && (names.length === 1 || names.length === 2) &&
    names.every((name) => isOwnName(name, own, [...hosts, ...loopback]));
}

/** Whether a realm is this server's: one that is offered, none at all, or one of its names. */
export function isOurRealm(realm: string, offered: readonly string[], own: Own, hosts: readonly string[]): boolean {
  return realm === "" || offered.includes(realm) || isOwnName(realm.toLowerCase(), own, hosts);
}

/**
 * Names of the server are its own, the domain of its logins, those configured, and all below them: `pop.example.org` is
 * `example.org`'s.
 *
 * @param name In lower case.
 */
function isOwnName(name: string, { hostname, domain }: Own, hosts: readonly string[]): boolean {
  return [hostname, domain, ...hosts].some((given) => {
    const own = given.toLowerCase();
    return own !== "" && (name === own || name.endsWith(`.${own}`));
  });
}
