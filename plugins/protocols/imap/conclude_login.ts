/** What the end of a login means (RFC 9051 §6.2, RFC 5530). */
import type { AccountId, ExchangeEnd, RefusedBecause } from "../../../core/contract/mod.ts";
import type { Outcome } from "./command.ts";
import { bad, no, ok, type Reply } from "./replies.ts";
import type { Session } from "./session.ts";

/** The way into the authenticated state, or why not. */
export async function conclude(session: Session, end: ExchangeEnd, isAnonymous = false): Promise<Outcome> {
  if (end.state === "refused") return { reply: refusals[end.reason] };
  const user = await userOf(session, end.account);
  if (user === undefined) return { reply: no("The account is gone", "AUTHORIZATIONFAILED") };
  const { securityLayer } = end;
  const state = session.loggedIn({ ...user, isAnonymous });
  return {
    // RFC 9051 §6.2.2: what can be done has changed, and is told here unless the client may not see it yet.
    reply: securityLayer === undefined ? ok("Logged in", session.capabilityCode(state)) : ok("Logged in"),
    state,
    // RFC 9051 §6.2.2: it takes effect right after the CRLF of the tagged response.
    ...securityLayer && { after: () => session.connection.installSecurityLayer(securityLayer) },
  };
}

async function userOf(
  session: Session,
  account: AccountId,
): Promise<{ account: AccountId; address: string } | undefined> {
  const found = await session.service.context.storage.account(account);
  return found && { account, address: found.address };
}

/** RFC 5530 §3. */
const refusals: Readonly<Record<RefusedBecause, Reply>> = {
  "credentials": no("Wrong name or password", "AUTHENTICATIONFAILED"),
  "authorization": no("This login may not act for that one", "AUTHORIZATIONFAILED"),
  "malformed": bad("The response is malformed"),
  // RFC 9051 §6.2.2: BAD when the client cancels.
  "cancelled": bad("Cancelled"),
  "expired": no("The credentials have expired", "EXPIRED"),
  "unavailable": no("Logins do not work at the moment, try again later", "UNAVAILABLE"),
  "unknown-mechanism": no("There is no such mechanism", "CANNOT"),
  "needs-tls": no("That mechanism needs TLS", "PRIVACYREQUIRED"),
  // RFC 4959 §3.
  "unexpected-initial-response": bad("This mechanism takes no initial response"),
};
