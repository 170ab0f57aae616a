/** Authorization tokens of the mechanism INTERNAL (RFC 4467 §2.4.1, §5): HMAC-SHA-256 over the URL, after its number. */
import { createHmac, timingSafeEqual } from "node:crypto";
import { Buffer } from "node:buffer";

/** §2.4.1: which algorithm made a token stands in it, so that another can follow this one. */
const ALGORITHM = "01";

/** The one mechanism there is (§2.4.1). */
export const INTERNAL = "INTERNAL";

/** The token of a URL up to its access identifier, exactly as it was written, as hexadecimal digits. */
export function tokenOf(key: Uint8Array, rump: string): string {
  return ALGORITHM + createHmac("sha256", key).update(rump).digest("hex");
}

/** Whether a token is that of the URL; how long that takes tells nothing of the right one. */
export function isTokenOf(token: string, key: Uint8Array, rump: string): boolean {
  const right = Buffer.from(tokenOf(key, rump)), given = Buffer.from(token.toLowerCase());
  return given.length === right.length && timingSafeEqual(given, right);
}
