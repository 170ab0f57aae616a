/** DIGEST-MD5's secret (RFC 2831 §2.1.2.1): H(user:realm:password). */
import { createHash } from "node:crypto";
import { encodeUtf8 } from "../wire/utf8.ts";
import { latin1Bytes } from "../wire/ascii.ts";

/**
 * H(user:realm:password), 16 octets. Each part is hashed in ISO 8859-1 where all its characters are there, and in
 * UTF-8 otherwise: so the result does not depend on whether the client said charset=utf-8.
 */
export function digestSecret(user: string, realm: string, password: string): Uint8Array {
  const hash = createHash("md5");
  hash.update(digestText(user)).update(":").update(digestText(realm)).update(":").update(digestText(password));
  return new Uint8Array(hash.digest());
}

/** RFC 2831 §2.1.2.1: text as it enters the hash. */
function digestText(text: string): Uint8Array {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0xff) return encodeUtf8(text);
  return latin1Bytes(text);
}
