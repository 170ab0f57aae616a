/**
 * DIGEST-MD5's secrets of one account (RFC 2831 §2.1.2.1). The hash covers user name and realm as the client writes them,
 * so it is kept for all that clients do write: the whole address or its local part, with the server's name, the
 * account's domain or nothing as the realm. Pure.
 */
import { Buffer } from "node:buffer";
import { digestSecret } from "../../../core/sasl/digest_keys.ts";
import type { Address } from "./address_book.ts";

/** What a client may write. */
export interface DigestName {
  /** `username`. */
  readonly user: string;
  /** `realm`; empty where the client gave none. */
  readonly realm: string;
}

/** Names under which the owner of an address may come. */
export function digestNames(address: Address, hostname: string, firstDomain: string): DigestName[] {
  const { canonical, local, domain } = address;
  const realms = [...new Set([hostname, domain, ""])];
  // A local part alone means an account of the first domain, unless the realm is another one's.
  const localRealms = domain === firstDomain ? realms : [domain];
  return [
    ...realms.map((realm) => ({ user: canonical, realm })),
    ...localRealms.map((realm) => ({ user: local, realm })),
  ];
}

/** Whether a realm is one of an account's, in any case. @param address The account's. */
export function isRealmOf(address: string, realm: string, hostname: string): boolean {
  const domain = address.slice(address.lastIndexOf("@") + 1);
  return ["", hostname.toLowerCase(), domain].includes(realm.toLowerCase());
}

/** The secrets of a password for these names, as text. */
export function printDigests(names: readonly DigestName[], password: string): string {
  const toHex = (octets: Uint8Array) => Buffer.from(octets).toString("hex");
  return JSON.stringify(names.map(({ user, realm }) => [user, realm, toHex(digestSecret(user, realm, password))]));
}

/** The secret for what a client wrote; undefined where none is kept for it. @throws where the text is none of ours. */
export function findDigest(text: string, { user, realm }: DigestName): Uint8Array | undefined {
  const entries: unknown = JSON.parse(text);
  if (!Array.isArray(entries)) throw new Error("kept DIGEST-MD5 secrets cannot be read: set the password anew");
  const found = entries.find((entry) => Array.isArray(entry) && entry[0] === user && entry[1] === realm);
  return found === undefined ? undefined : new Uint8Array(Buffer.from(String(found[2]), "hex"));
}
