/** Which mechanisms can succeed on a connection: computed from facts about mechanism, directory and connection. */
import type { AuthMechanism, Service } from "../contract/authentication.ts";
import type { Connection } from "../contract/connection.ts";
import type { Directory } from "../contract/directory.ts";

/** What an offer depends on, apart from mechanism and connection. */
export interface OfferPolicy {
  /** What it can serve. */
  readonly directory: Pick<Directory, "canCheckPassword" | "secretSchemes">;
  /** Whether passwords may be sent without TLS. */
  readonly cleartextAuth: boolean;
}

/** What a connection's TLS says. */
export type OfferFacts = Pick<Connection, "tls">;

/** Whether a mechanism can succeed now, or why not. */
export type Offer = "usable" | "needs-tls" | "unserved";

/** Whether a mechanism, in its form without `-PLUS`, can succeed on a connection to a service. */
export function offerOf(
  mechanism: AuthMechanism,
  connection: OfferFacts,
  service: Service,
  policy: OfferPolicy,
): Offer {
  if (!isServed(mechanism, policy.directory)) return "unserved";
  if (mechanism.services !== undefined && !mechanism.services.includes(service)) return "unserved";
  if (mechanism.revealsPassword && !mayRevealPassword(connection, policy)) return "needs-tls";
  if (mechanism.needs !== "client-certificate") return "usable";
  if (connection.tls === undefined) return "needs-tls";
  return connection.tls.clientAddresses.length > 0 ? "usable" : "unserved";
}

/** Whether a directory can serve a mechanism on any connection. */
export function isServed(mechanism: AuthMechanism, directory: OfferPolicy["directory"]): boolean {
  const { needs, alternatives = [] } = mechanism;
  if (needs === "nothing" || needs === "client-certificate") return true;
  if (needs === "password-check") return directory.canCheckPassword;
  return [needs, ...alternatives].some((scheme) => directory.secretSchemes.has(scheme));
}

/** Whether a password may be sent as it is. */
export function mayRevealPassword(connection: OfferFacts, policy: OfferPolicy): boolean {
  return connection.tls !== undefined || policy.cleartextAuth;
}

/** RFC 5802 §6: whether the `-PLUS` form can be had: one of its binding types must be there. */
export function hasBinding({ bindings = [] }: AuthMechanism, { tls }: OfferFacts): boolean {
  return tls !== undefined && bindings.some((type) => tls.channelBinding(type) !== undefined);
}
