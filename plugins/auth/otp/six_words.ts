/** One-time passwords as six words (RFC 2289 §6, appendices B and D). Pure. */
import { createHash } from "node:crypto";
import type { OtpAlgorithm } from "../../../core/contract/mod.ts";
import { encodeUtf8 } from "../../../core/wire/utf8.ts";
import { dictionary } from "./dictionary.ts";

const places: ReadonlyMap<string, number> = new Map(dictionary.map((word, place) => [word, place]));

/** Of 66 bits, the last two are a checksum. */
const bitsOfWord = 11n, bitsOfSum = 2n;

/**
 * The one-time password that six words stand for, with any white space between them: words of the standard dictionary in
 * any case, or of one dictionary of the client's own. Undefined for anything else.
 */
export function parseSixWords(text: string, algorithm: OtpAlgorithm): Uint8Array | undefined {
  const words = text.split(/[ \t]+/).filter((word) => word !== "");
  const numbers = words.map((word) => places.get(word.toUpperCase()));
  const isStandard = numbers.every((number) => number !== undefined);
  // Appendix B: none of the six is in the standard dictionary then, and case matters.
  const isOther = numbers.every((number) => number === undefined);
  if (words.length !== 6 || !isStandard && !isOther) return undefined;
  const bits = words.reduce(
    (bits, word, at) => bits << bitsOfWord | BigInt(numbers[at] ?? numberOf(word, algorithm)),
    0n,
  );
  const otp = new Uint8Array(8);
  new DataView(otp.buffer).setBigUint64(0, bits >> bitsOfSum);
  // §6: servers MUST verify it.
  return (bits & 3n) === BigInt(checksum(otp)) ? otp : undefined;
}

/** RFC 2289 §6: the sum of all pairs of bits, of which the two lowest bits count. */
export function checksum(otp: Uint8Array): number {
  return otp.reduce((sum, octet) => sum + (octet >> 6) + (octet >> 4 & 3) + (octet >> 2 & 3) + (octet & 3), 0) & 3;
}

/** Appendix B: `alg(W) % 2048`, of the digest as it is written: its last eleven bits. */
function numberOf(word: string, algorithm: OtpAlgorithm): number {
  const digest = createHash(algorithm).update(encodeUtf8(word)).digest();
  return digest.readUInt16BE(digest.length - 2) % dictionary.length;
}
