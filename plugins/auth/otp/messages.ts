/** What clients say in OTP (RFC 2444 §4, RFC 2243 §3 and §4). Pure. */
import type { OtpAlgorithm, OtpSequence } from "../../../core/contract/mod.ts";
import { isOtpSeed } from "../../../core/sasl/otp.ts";
import { decodeUtf8 } from "../../../core/wire/utf8.ts";
import { parseSixWords } from "./six_words.ts";

/** The first message. */
export interface OtpLogin {
  /** The authorization identity; empty: that of the login. */
  readonly authorizeAs: string;
  /** Whose pass phrase is used. */
  readonly login: string;
}

/** An extended response. */
export interface OtpResponse {
  /** The response to the challenge. */
  readonly current: Uint8Array;
  /** `init-hex` and `init-word`: the sequence that is to follow. */
  readonly next?: OtpSequence | "unreadable";
}

/** RFC 2444 §4: octets of an identity. */
const longestName = 255;
/** Octets of a response: RFC 2444 §4 leaves it to us what is reasonable. */
const longestResponse = 1024;

/** RFC 2444 §4: `authorization identity NUL authentication identity`; undefined for anything else. */
export function parseLogin(octets: Uint8Array): OtpLogin | undefined {
  const end = octets.indexOf(0);
  if (end > longestName || octets.length - end - 1 > longestName) return undefined;
  const [, authorizeAs, login] = /^([^\0]*)\0([^\0]+)$/.exec(decodeUtf8(octets) ?? "") ?? [];
  return authorizeAs === undefined || login === undefined ? undefined : { authorizeAs, login };
}

/**
 * RFC 2243 §2.1: `type:argument:…`; undefined where there is no response to the challenge in it. `algorithm` is that of
 * the challenge.
 */
export function parseResponse(octets: Uint8Array, algorithm: OtpAlgorithm): OtpResponse | undefined {
  const text = octets.length > longestResponse ? undefined : decodeUtf8(octets);
  if (text === undefined) return undefined;
  const [type = "", first = "", ...more] = text.replace(/[\r\n]+$/, "").split(":");
  // §2.2: the type in any case, white space wherever it may be.
  const [, init, form = ""] = /^(init-)?(hex|word)$/.exec(type.trim().toLowerCase()) ?? [];
  const read = form === "hex" ? parseHex : form === "word" ? parseSixWords : undefined;
  const current = read?.(first, algorithm);
  if (read === undefined || current === undefined) return undefined;
  if (init !== undefined) return { current, next: parseNext(more, read) ?? "unreadable" };
  return more.length === 0 ? { current } : undefined;
}

type ReadOtp = (text: string, algorithm: OtpAlgorithm) => Uint8Array | undefined;

/** RFC 2243 §4.1: `new-params ":" new-OTP`. Its "4*3DIGIT" can only mean up to four digits. */
function parseNext([parameters = "", otp = "", ...more]: readonly string[], read: ReadOtp): OtpSequence | undefined {
  const [, name, digits, seed = ""] = /^[ \t]*(md4|md5|sha1)[ \t]+(\d{1,4})[ \t]+(\S+)[ \t]*$/i.exec(parameters) ?? [];
  const algorithm = algorithms.find((algorithm) => algorithm === name?.toLowerCase());
  if (algorithm === undefined || !isOtpSeed(seed) || more.length > 0) return undefined;
  const last = read(otp, algorithm);
  return last && { algorithm, sequence: Number(digits), seed: seed.toLowerCase(), last };
}

const algorithms: readonly OtpAlgorithm[] = ["md4", "md5", "sha1"];

/** RFC 2289 §6: sixteen digits in any case; white space between them is passed over. */
function parseHex(text: string): Uint8Array | undefined {
  const digits = text.replace(/[ \t]/g, "");
  return /^[0-9a-f]{16}$/i.test(digits) ? Uint8Array.fromHex(digits) : undefined;
}
