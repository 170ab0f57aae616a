/**
 * DIGEST-MD5 (RFC 2831). A nonce proves a password once for each count. An initial response is subsequent
 * authentication; whatever is wrong with it, the answer is a challenge, as if there had been none.
 */
import { randomBytes } from "node:crypto";
import type { AuthOutcome, ExchangeRequest, Logger, SecurityLayer } from "../../../core/contract/mod.ts";
import { encodeBase64 } from "../../../core/message/base64.ts";
import { equalInConstantTime } from "../../../core/sasl/constant_time.ts";
import { digestSecret } from "../../../core/sasl/digest_keys.ts";
import { encodeUtf8 } from "../../../core/wire/utf8.ts";
import { isOurRealm, isOurs } from "./digest_uri.ts";
import { type CipherName, type DigestResponse, parseResponse, printChallenge, type Qop } from "./directives.ts";
import type { Nonces } from "./nonces.ts";
import { type Proofs, proofsOf } from "./response_value.ts";
import { createSecurityLayer, leastMaxbuf } from "./security_layer.ts";

/** What a conversation is held with. */
export interface DigestParts {
  /** Offered to the client, at least one. */
  readonly realms: readonly string[];
  /** Offered, at least one. */
  readonly qop: readonly Qop[];
  /** Offered with auth-conf. */
  readonly ciphers: readonly CipherName[];
  /** Names of the server besides its own. */
  readonly hosts: readonly string[];
  /** For subsequent authentication. */
  readonly nonces: Nonces;
  /** Where an operator is told of a name that may be missing in the configuration. */
  readonly log: Logger;
  /** Printable, without quotes, never the same twice. */
  freshNonce(): string;
}

/** RFC 2831 §2.1.1: 192 bits; "base64 or hexadecimal data". */
export function freshNonce(): string {
  return encodeBase64(randomBytes(24));
}

/** Octets of the largest packet that the server takes: the default of RFC 2831 §2.1.1. */
export const ownMaxbuf = 65_536;
const largestMaxbuf = 16_777_215;

/** The conversation. */
export async function* digestMd5(
  request: ExchangeRequest,
  parts: DigestParts,
): AsyncGenerator<Uint8Array, AuthOutcome, Uint8Array> {
  const { nonces, realms, qop, ciphers } = parts;
  const early = request.firstResponse === undefined ? undefined : parseResponse(request.firstResponse);
  const standing = early === undefined ? "unknown" : nonces.standing(early);
  if (early !== undefined && standing === "good") {
    const outcome = await judge(early, request, parts);
    if (outcome.status === "success" && nonces.use(early)) return outcome;
  }

  const nonce = parts.freshNonce();
  const stale = standing === "expired";
  const response = parseResponse(yield printChallenge({ realms, nonce, qop, ciphers, maxbuf: ownMaxbuf, stale }));
  if (response === undefined) return { status: "failure", reason: "malformed" };
  // RFC 2831 §2.1.3: the nonce is the challenge's, and this is its first use. Another's was heard before (§3.2).
  if (response.nonce !== nonce || response.nonceCount !== "00000001") {
    return { status: "failure", reason: "credentials" };
  }
  const outcome = await judge(response, request, parts);
  if (outcome.status === "success") nonces.remember(response);
  return outcome;
}

/** Whether a response proves a password, for us, with something that was offered. */
async function judge(response: DigestResponse, request: ExchangeRequest, parts: DigestParts): Promise<AuthOutcome> {
  const agreed = agree(response, parts);
  if (agreed === undefined) return { status: "failure", reason: "malformed" };
  const secret = await secretOf(response, request);
  // An unknown user costs the same work.
  const proofs = proofsOf(response, secret?.ha1 ?? new Uint8Array(16));
  const isProven = equalInConstantTime(encodeUtf8(proofs.response), encodeUtf8(response.response));
  if (secret === undefined || !isProven) return { status: "failure", reason: "credentials" };
  const { digestUri, realm, authorizeAs } = response;
  // RFC 2831 §3.9: what was stolen where another realm is kept, and the password is the same, is of no use here.
  if (!secret.isKept && !isOurRealm(realm, parts.realms, request, parts.hosts)) {
    parts.log.warn("digest-md5: the client names a realm of others; if it is ours, add it to the option realms", {
      realm,
    });
    return { status: "failure", reason: "credentials" };
  }
  // RFC 2831 §2.1.2: else the proof was meant for another server, which passed it on to us.
  if (!isOurs(digestUri, request, parts.hosts)) {
    parts.log.warn("digest-md5: the client means another server; if it is this one, add its name to the option hosts", {
      digestUri,
    });
    return { status: "failure", reason: "credentials" };
  }
  const securityLayer = layerOf(agreed, proofs, response.maxbuf);
  return {
    status: "success",
    account: secret.account,
    ...(authorizeAs === undefined ? {} : { authorizeAs }),
    ...(securityLayer === undefined ? {} : { securityLayer }),
    // RFC 2831 §2.1.3.
    finalData: encodeUtf8(`rspauth=${proofs.rspauth}`),
  };
}

/** H(user:realm:password) as the directory keeps it for that realm, or from the password. */
async function secretOf({ username, realm }: DigestResponse, request: ExchangeRequest) {
  // Both, and the digest of a password also for nobody: how long it takes does not tell who has an account.
  const kept = await request.secret(username, "digest-md5", realm);
  const plain = await request.secret(username, "plain", realm);
  const ha1 = digestSecret(username, realm, plain?.password ?? "");
  if (kept !== undefined) return { ...kept, isKept: true };
  return plain === undefined ? undefined : { account: plain.account, ha1, isKept: false };
}

/** What both sides settled on. */
interface Agreed {
  readonly qop: Qop;
  /** Under auth-conf only. */
  readonly cipher?: CipherName;
}

/** RFC 2831 §2.1.2: what was chosen must have been offered, and the client must take packets that hold something. */
function agree({ qop: chosen, cipher: chosenCipher, maxbuf }: DigestResponse, parts: DigestParts): Agreed | undefined {
  const qop = parts.qop.find((offered) => offered === chosen.toLowerCase());
  if (qop === undefined) return undefined;
  if (qop === "auth") return { qop };
  if (maxbuf < leastMaxbuf || maxbuf > largestMaxbuf) return undefined;
  if (qop === "auth-int") return { qop };
  const cipher = parts.ciphers.find((offered) => offered === chosenCipher?.toLowerCase());
  return cipher === undefined ? undefined : { qop, cipher };
}

function layerOf({ qop, cipher }: Agreed, { sessionKey }: Proofs, peerMaxbuf: number): SecurityLayer | undefined {
  if (qop === "auth") return undefined;
  return createSecurityLayer({ sessionKey, ownMaxbuf, peerMaxbuf, ...(cipher === undefined ? {} : { cipher }) });
}
