/** Which server a client means (RFC 2831 §2.1.2, digest-uri). */
import type { ExchangeRequest } from "../../../core/contract/mod.ts";

/** Names of the machine that the client runs on: nobody else is behind them. */
const loopback = ["localhost", "127.0.0.1"];

/**
 * Whether `service/host` or `service/host/service-name` is this server. Names of the server are its own, the domain of
 * its logins, those configured, and all below them: `pop.example.org` is `example.org`'s.
 */
export function isOurs(
  digestUri: string,
  { service, hostname, domain }: Pick<ExchangeRequest, "service" | "hostname" | "domain">,
  hosts: readonly string[],
): boolean {
  const [type = "", ...names] = digestUri.toLowerCase().split("/");
  const own = [hostname, domain, ...hosts, ...loopback].filter((name) => name !== "").map((name) => name.toLowerCase());
  const isOwn = (host: string) => own.some((name) => host === name || host.endsWith(`.${name}`));
  return type === service && (names.length === 1 || names.length === 2) && names.every(isOwn);
}
