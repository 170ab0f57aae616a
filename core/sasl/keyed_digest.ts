/**
 * A conversation that CRAM-MD5 (RFC 2195) and APOP (RFC 1939 §7) share: the server sends a challenge that was never
 * sent before, the client answers with its login and a digest of the challenge and its password.
 */
import type { AuthOutcome, ExchangeRequest } from "../contract/authentication.ts";
import { decodeUtf8, encodeUtf8 } from "../wire/utf8.ts";
import { equalInConstantTime } from "./constant_time.ts";
import { prepareStored } from "./saslprep.ts";

/** RFC 2195 §2, RFC 1939 §7: random digits, a timestamp and our name, as a msg-id; never the same twice. */
export function freshChallenge(hostname: string, now: Date): string {
  return `<${crypto.randomUUID()}.${now.getTime()}@${hostname}>`;
}

/**
 * The conversation.
 *
 * @param digest 32 lower-case hexadecimal digits from challenge and password.
 */
export async function* proveByDigest(
  request: ExchangeRequest,
  challenge: string,
  digest: (challenge: string, password: string) => string,
): AsyncGenerator<Uint8Array, AuthOutcome, Uint8Array> {
  const response = decodeUtf8(yield encodeUtf8(challenge));
  // The digest follows the last space: a login may itself hold spaces.
  const [, login, proof] = /^(.+) ([0-9a-f]{32})$/is.exec(response ?? "") ?? [];
  if (login === undefined || proof === undefined) return { status: "failure", reason: "malformed" };
  const secret = await request.secret(login, "plain");
  // An unknown login costs the same work and gets the same answer as a wrong password.
  const password = secret?.password ?? "";
  // RFC 6856 §2.2: prepared as a stored string; many clients do not, and RFC 2195 does not ask them to.
  const isProven = [prepareStored(password) ?? password, password]
    .map((text) => equalInConstantTime(encodeUtf8(digest(challenge, text)), encodeUtf8(proof.toLowerCase())));
  return secret !== undefined && isProven.includes(true)
    ? { status: "success", account: secret.account }
    : { status: "failure", reason: "credentials" };
}
