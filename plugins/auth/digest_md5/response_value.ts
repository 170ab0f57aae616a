/** What proves a password in DIGEST-MD5 (RFC 2831 §2.1.2.1 and §2.1.3). */
import { createHash } from "node:crypto";
import type { DigestResponse } from "./directives.ts";

/** What comes out of a response and a secret. */
export interface Proofs {
  /** H(A1), from which a security layer's keys are made. */
  readonly sessionKey: Uint8Array;
  /** What the client has to send. */
  readonly response: string;
  /** What proves the server to the client. */
  readonly rspauth: string;
}

/**
 * What both sides have to say if the password is right.
 *
 * @param ha1 H(user:realm:password).
 */
export function proofsOf(given: DigestResponse, ha1: Uint8Array): Proofs {
  const { nonce, cnonce, nonceCount, qop, digestUri, authzid } = given;
  // RFC 2831 §2.1.2.1: A1 has an authzid where one was specified, also an empty one.
  const rest = authzid === undefined ? `:${nonce}:${cnonce}` : `:${nonce}:${cnonce}:${authzid}`;
  const sessionKey = createHash("md5").update(ha1).update(rest, "latin1").digest();
  const body = qop.toLowerCase() === "auth" ? "" : ":00000000000000000000000000000000";
  const value = (method: string) =>
    hex(
      `${sessionKey.toString("hex")}:${nonce}:${nonceCount}:${cnonce}:${qop}:${hex(`${method}:${digestUri}${body}`)}`,
    );
  return { sessionKey: new Uint8Array(sessionKey), response: value("AUTHENTICATE"), rspauth: value("") };
}

function hex(octets: string): string {
  return createHash("md5").update(octets, "latin1").digest("hex");
}
