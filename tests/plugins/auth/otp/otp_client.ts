/** A client of OTP: what a person with a pass phrase, or with a program that knows it, answers. */
import type { OtpAlgorithm, OtpSequence } from "../../../../core/contract/mod.ts";
import { type OtpBeginning, otpOf } from "../../../../core/sasl/otp.ts";
import { dictionary } from "../../../../plugins/auth/otp/dictionary.ts";
import { checksum } from "../../../../plugins/auth/otp/six_words.ts";
import { encodeHex } from "../../../support/hex.ts";

/** The words of a dictionary, by number. */
export type Words = (number: number) => string;

/** RFC 2289 appendix D. */
const standardWords = (number: number): string => dictionary[number] ?? "";

/** RFC 2289 §6: 64 bits and the checksum, in six words. */
export function sixWords(otp: Uint8Array, words: Words = standardWords): string {
  const bits = BigInt(`0x${encodeHex(otp)}`) << 2n | BigInt(checksum(otp));
  return [55n, 44n, 33n, 22n, 11n, 0n].map((shift) => words(Number(bits >> shift & 2047n))).join(" ");
}

/** Whose answers these are. */
export interface OtpUser {
  readonly passPhrase: string;
  readonly form?: "hex" | "word";
}

/** What the server is given of a pass phrase when a sequence begins. */
export function sequenceOf(beginning: OtpBeginning): OtpSequence {
  const { algorithm, sequence, seed } = beginning;
  return { algorithm, sequence, seed: seed.toLowerCase(), last: otpOf(beginning) };
}

/** The one-time password that a challenge asks for, or throws where it is no challenge. */
export function answerOf(challenge: string, { passPhrase, form = "hex" }: OtpUser): string {
  const [, algorithm = "", sequence = "", seed = ""] = /^otp-(md4|md5|sha1) (\d+) (\w+) ext$/.exec(challenge) ?? [];
  if (algorithm === "") throw new Error(`no challenge: ${challenge}`);
  const otp = otpOf({ algorithm: algorithm as OtpAlgorithm, seed, passPhrase, sequence: Number(sequence) });
  return `${form}:${printed(otp, form)}`;
}

/** RFC 2243 §4: the same, with the beginning of another sequence. */
export function renewal(challenge: string, next: OtpSequence, user: OtpUser): string {
  const { algorithm, sequence, seed, last } = next;
  return `init-${answerOf(challenge, user)}:${algorithm} ${sequence} ${seed}:${printed(last, user.form ?? "hex")}`;
}

/** A one-time password in one of both forms. */
export function printed(otp: Uint8Array, form: "hex" | "word"): string {
  return form === "hex" ? encodeHex(otp) : sixWords(otp);
}
