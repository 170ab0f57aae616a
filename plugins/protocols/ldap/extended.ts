/** Extended operations (RFC 4511 §4.12): StartTLS (§4.14) and "Who am I?" (RFC 4532). */
import type { Connection } from "../../../core/contract/mod.ts";
import { context } from "./grammar/ber.ts";
import type { ExtendedRequest } from "./grammar/request.ts";
import { octetString, result } from "./grammar/result.ts";
import type { Outcome } from "./outcome.ts";
import { printDistinguishedName } from "./schema/distinguished_name.ts";
import type { LdapSession } from "./session.ts";

const startTls = "1.3.6.1.4.1.1466.20037";
const whoAmI = "1.3.6.1.4.1.4203.1.11.3";

const responseName = context(10), responseValue = context(11);

/** Those that can be done on a connection now. */
export function supportedExtensions({ canStartTls }: Pick<Connection, "canStartTls">): readonly string[] {
  return [...canStartTls ? [startTls] : [], whoAmI];
}

/** Does one, between binds. */
export async function extended(session: LdapSession, { name, value }: ExtendedRequest): Promise<Outcome> {
  if (name === startTls) return beginTls(session, value);
  if (name === whoAmI) return await tellWho(session, value);
  // RFC 4511 §4.12.
  return { result: result("protocolError", "this operation is not known here") };
}

function beginTls({ connection, isSealed }: LdapSession, value: Uint8Array | undefined): Outcome {
  if (value !== undefined) return { result: result("protocolError", "StartTLS has no value") };
  const fields = [octetString(startTls, responseName)];
  // RFC 4513 §3.1.1; below a layer of SASL there is no way to it any more.
  if (connection.tls !== undefined || isSealed) {
    return { result: result("operationsError", "the connection is protected already"), fields };
  }
  // RFC 4511 §4.14.1: as an operation that is not known.
  if (!connection.canStartTls) return { result: result("protocolError", "TLS is not offered here") };
  return { result: result("success"), fields, startsTls: true };
}

async function tellWho(session: LdapSession, value: Uint8Array | undefined): Promise<Outcome> {
  // RFC 4532 §2.1.
  if (value !== undefined) return { result: result("protocolError", "this operation has no value") };
  const account = await session.account();
  const name = account && session.service.tree.nameOf(account.address);
  const identity = account === undefined
    ? ""
    : name === undefined
    ? `u:${account.address}`
    : `dn:${printDistinguishedName(name)}`;
  return { result: result("success"), fields: [octetString(identity, responseValue)] };
}
