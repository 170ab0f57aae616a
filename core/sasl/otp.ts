/** One-time passwords (RFC 2289 §6, appendix A): the sequence that comes of a pass phrase. Pure. */
import { createHash } from "node:crypto";
import type { OtpAlgorithm, OtpSequence } from "../contract/authentication.ts";
import { encodeUtf8 } from "../wire/utf8.ts";

/** Octets of a one-time password. */
export const otpLength = 8;
/** RFC 2243 §4.1: as many digits as a sequence number has. */
export const mostOtps = 9999;

/** What a sequence begins with. */
export interface OtpBeginning extends Pick<OtpSequence, "algorithm" | "seed" | "sequence"> {
  /** The secret pass phrase, which stays with its owner. */
  readonly passPhrase: string;
}

/** The one-time password of this number. */
export function otpOf({ algorithm, seed, passPhrase, sequence }: OtpBeginning): Uint8Array {
  // RFC 2289 §6: the seed is hashed in lower case.
  let otp = hash(algorithm, encodeUtf8(seed.toLowerCase() + passPhrase));
  for (let n = 0; n < sequence; n++) otp = otpBefore(algorithm, otp);
  return otp;
}

/** The one-time password that is used before this one: its hash, so nobody knows the next by the last. */
export function otpBefore(algorithm: OtpAlgorithm, otp: Uint8Array): Uint8Array {
  return hash(algorithm, otp);
}

/** RFC 2289 §6: one to 16 letters and digits. */
export function isOtpSeed(text: string): boolean {
  return /^[A-Za-z0-9]{1,16}$/.test(text);
}

/** A seed as most systems make them, `ke1234`, of six octets at least: from random ones it is fresh. */
export function otpSeed(octets: Uint8Array): string {
  const [letters, digits] = ["abcdefghijklmnopqrstuvwxyz", "0123456789"];
  const of = (set: string, octet: number) => set.charAt(octet % set.length);
  return [...octets.subarray(0, 6)].map((octet, at) => of(at < 2 ? letters : digits, octet)).join("");
}

/** RFC 2289 appendix A: folded into 64 bits. */
function hash(algorithm: OtpAlgorithm, octets: Uint8Array): Uint8Array {
  const digest = createHash(algorithm).update(octets).digest();
  const folded = new Uint8Array(otpLength);
  for (const [at, octet] of digest.entries()) folded[at % otpLength] = (folded[at % otpLength] ?? 0) ^ octet;
  // SHA-1's words are big-endian, and OTP's little-endian.
  return algorithm === "sha1" ? swapWords(folded) : folded;
}

function swapWords(octets: Uint8Array): Uint8Array {
  const view = new DataView(octets.buffer);
  for (let at = 0; at < otpLength; at += 4) view.setUint32(at, view.getUint32(at), true);
  return octets;
}
