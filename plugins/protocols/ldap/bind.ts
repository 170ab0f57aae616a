/** Binds (RFC 4511 §4.2, RFC 4513 §5): who the client is, by name and password or by SASL. */
import type { ExchangeEnd, ExchangeStep, RefusedBecause } from "../../../core/contract/mod.ts";
import { decodeUtf8 } from "../../../core/wire/utf8.ts";
import { context, type Element } from "./grammar/ber.ts";
import type { BindRequest } from "./grammar/request.ts";
import { octetString, type Result, result } from "./grammar/result.ts";
import type { Outcome } from "./outcome.ts";
import { readDistinguishedName } from "./schema/distinguished_name.ts";
import type { LdapSession } from "./session.ts";
import { anonymous, type State } from "./state.ts";
import type { Tree } from "./tree.ts";

/** RFC 4511 §4.2.2: serverSaslCreds. */
const serverCredentials = context(7);

const empty = new Uint8Array(0);

/** Does one. However it ends, nobody is logged in any more who was before (RFC 4513 §4). */
export async function bind(session: LdapSession, state: State, { version, name, by }: BindRequest): Promise<Outcome> {
  const continued = by.choice === "sasl" && state.name === "binding" && state.mechanism === by.mechanism.toUpperCase();
  // RFC 4511 §4.2.1: another choice, or another mechanism, aborts a negotiation.
  if (state.name === "binding" && !continued) await state.exchange[Symbol.asyncDispose]();
  // Clients of the eighties have version 2, whose simple bind is no other.
  if (version !== 3 && !(version === 2 && by.choice === "simple")) {
    return refused(result("protocolError", "this version is not spoken here"));
  }
  if (by.choice === "simple") return await bindByPassword(session, name, by.password);
  if (by.choice === "unknown") return refused(result("authMethodNotSupported"));
  if (continued) return await conclude(state, await state.exchange.respond(by.credentials ?? empty));
  return await bindBySasl(session, by.mechanism, by.credentials);
}

async function bindByPassword(session: LdapSession, name: string, password: Uint8Array): Promise<Outcome> {
  const { service: { context: { authentication }, tree }, connection } = session;
  if (password.length === 0) {
    // RFC 4513 §5.1.2: a name without a password is most likely a mistake.
    if (name !== "") return refused(result("unwillingToPerform", "there is no password"));
    if (session.admitsAnonymous) return { result: result("success"), state: anonymous };
    return refused(result("inappropriateAuthentication", "log in by name and password"));
  }
  const login = loginOf(tree, name);
  if (login === undefined) return refused(result("invalidDNSyntax"));
  const text = decodeUtf8(password);
  if (text === undefined) return refused(result("invalidCredentials"));
  return ended(await authentication.checkPassword(login, text, connection, "ldap"), undefined);
}

async function bindBySasl(
  session: LdapSession,
  mechanism: string,
  credentials: Uint8Array | undefined,
): Promise<Outcome> {
  const { service: { context: { authentication }, tree }, connection, isSealed } = session;
  // RFC 4513 §5.2.1.2: how a client aborts a negotiation by the mechanism that it will try again.
  if (!/^[A-Za-z0-9_-]{1,20}$/.test(mechanism)) return refused(result("authMethodNotSupported"));
  // RFC 4513 §5.2.1.4 has another layer take the place of the one that there is.
  if (isSealed) return refused(result("unwillingToPerform", "there is a security layer already"));
  const isExternal = mechanism.toUpperCase() === "EXTERNAL";
  // RFC 4513 §5.2.3.1: there, no credentials are the whole of an implicit assertion.
  const initial = credentials ?? (isExternal ? empty : undefined);
  const exchange = await authentication.begin(
    mechanism,
    connection,
    "ldap",
    initial,
    (login) => readIdentity(tree, login),
  );
  const { step } = exchange;
  if (isExternal && step.state === "refused" && /^(?:needs-tls|unknown-mechanism)$/.test(step.reason)) {
    // RFC 4513 §5.2.3.
    return refused(result("inappropriateAuthentication", "there is no certificate of a client"));
  }
  return await conclude({ name: "binding", mechanism: mechanism.toUpperCase(), exchange }, step);
}

/** The answer to a step of an exchange. */
async function conclude(
  state: Extract<State, { name: "binding" }>,
  step: ExchangeStep,
): Promise<Outcome> {
  if (step.state !== "challenge") return ended(step, undefined);
  if (step.isFinal !== true) {
    return { result: result("saslBindInProgress"), fields: [octetString(step.data, serverCredentials)], state };
  }
  // RFC 4513 §5.2.1.2: what goes with the outcome goes in its answer.
  const end = await state.exchange.respond(empty);
  return ended(end.state === "challenge" ? { state: "refused", reason: "unavailable" } : end, step.data);
}

function ended(end: ExchangeEnd, data: Uint8Array | undefined): Outcome {
  const fields: Element[] = data === undefined ? [] : [octetString(data, serverCredentials)];
  if (end.state === "refused") return { ...refused(refusals[end.reason]), fields };
  const { account, securityLayer } = end;
  return {
    result: result("success"),
    fields,
    state: { name: "bound", account },
    ...securityLayer && { securityLayer },
  };
}

function refused(result: Result): Outcome {
  return { result, state: anonymous };
}

/** RFC 4511 appendix A.2, RFC 4513 §5. */
const refusals: Readonly<Record<RefusedBecause, Result>> = {
  "credentials": result("invalidCredentials"),
  "authorization": result("invalidCredentials", "they may not be used for that authorization identity"),
  "expired": result("invalidCredentials", "they have expired"),
  "malformed": result("invalidCredentials", "they are malformed"),
  "cancelled": result("invalidCredentials"),
  "unavailable": result("unavailable", "try again later"),
  "unknown-mechanism": result("authMethodNotSupported"),
  "needs-tls": result("confidentialityRequired", "start TLS first"),
  "unexpected-initial-response": result("invalidCredentials", "the server speaks first"),
};

/**
 * The login that a name stands for; undefined where it is no name. Addresses are taken too, as clients for mail send them.
 * Names of nobody become logins of nobody, so that they take as long as others, and are logged.
 */
function loginOf(tree: Tree, name: string): string | undefined {
  if (/^[^=,]+$/.test(name) && /.@./s.test(name)) return name;
  const read = readDistinguishedName(name);
  const place = read && tree.find(read);
  return place?.kind === "person" ? place.address : read && name;
}

/** RFC 4513 §5.2.1.8: an authorization identity is `u:` and a login, or `dn:` and a name. */
function readIdentity(tree: Tree, text: string): string {
  if (text.startsWith("u:")) return text.slice(2);
  return text.startsWith("dn:") ? loginOf(tree, text.slice(3)) ?? text : text;
}
