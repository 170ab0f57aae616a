/** A sequence of one-time passwords as text: `otp-md5 499 ke1234 5bf075d9959d036f`, its last challenge and response. Pure. */
import type { OtpAlgorithm, OtpSequence } from "../../../core/contract/authentication.ts";

/** Prints a sequence. */
export function printOtp({ algorithm, sequence, seed, last }: OtpSequence): string {
  return `otp-${algorithm} ${sequence} ${seed} ${last.toHex()}`;
}

/** Reads what `printOtp` prints. @throws where it is something else. */
export function parseOtp(text: string): OtpSequence {
  const [, name, sequence, seed = "", last = ""] =
    /^otp-(md4|md5|sha1) (\d{1,4}) ([a-z0-9]{1,16}) ([0-9a-f]{16})$/.exec(text) ?? [];
  const algorithm = algorithms.find((algorithm) => algorithm === name);
  if (algorithm === undefined) {
    throw new Error("a kept sequence of one-time passwords cannot be read: set it anew");
  }
  return { algorithm, sequence: Number(sequence), seed, last: Uint8Array.fromHex(last) };
}

const algorithms: readonly OtpAlgorithm[] = ["md4", "md5", "sha1"];
