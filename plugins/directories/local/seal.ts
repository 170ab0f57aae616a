/**
 * Passwords that must be kept as they are, sealed with AES-256-GCM (NIST SP 800-38D): of use only together with the key
 * file, and only for the account they were sealed for. Pure but for randomness.
 */
import { Buffer } from "node:buffer";
import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";

/** Octets of a key. */
export const sealKeyLength = 32;
/** SP 800-38D §8.2.2: 96 random bits serve for 2^32 messages. */
const nonceLength = 12;
const tagLength = 16;

/** What a text was sealed under: tells a wrong key from a text that was tampered with. */
export function keyIdOf(key: Uint8Array): string {
  return createHash("sha256").update("quetzal seal key id\0").update(key).digest("hex").slice(0, 8);
}

/** Under which key a sealed text is; undefined for what is none. */
export function keyIdOfSealed(sealed: string): string | undefined {
  return parse(sealed)?.keyId;
}

/** Seals a password for the account of this address. */
export function seal(key: Uint8Array, address: string, password: string): string {
  const nonce = randomBytes(nonceLength);
  const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: tagLength });
  cipher.setAAD(Buffer.from(bindingOf(address)));
  const octets = Buffer.concat([nonce, cipher.update(password, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return `$aes-256-gcm$${keyIdOf(key)}$${octets.toString("base64")}`;
}

/** The password; undefined where the text is not what was sealed under this key for this address. */
export function unseal(key: Uint8Array, address: string, sealed: string): string | undefined {
  const octets = parse(sealed)?.octets;
  if (octets === undefined || octets.length < nonceLength + tagLength) return undefined;
  const end = octets.length - tagLength;
  const decipher = createDecipheriv("aes-256-gcm", key, octets.subarray(0, nonceLength), { authTagLength: tagLength });
  decipher.setAAD(Buffer.from(bindingOf(address)));
  decipher.setAuthTag(octets.subarray(end));
  try {
    return Buffer.concat([decipher.update(octets.subarray(nonceLength, end)), decipher.final()]).toString("utf8");
  } catch {
    return undefined;
  }
}

/** Associated data: an account's sealed password opens for no other account. */
function bindingOf(address: string): string {
  return `quetzal password of\0${address}`;
}

function parse(sealed: string): { readonly keyId: string; readonly octets: Buffer } | undefined {
  const [, keyId, octets] = /^\$aes-256-gcm\$([0-9a-f]{8})\$([\w+/]+={0,2})$/.exec(sealed) ?? [];
  if (keyId === undefined || octets === undefined) return undefined;
  return { keyId, octets: Buffer.from(octets, "base64") };
}
