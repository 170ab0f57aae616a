/** `account otp`: one-time passwords (RFC 2289), made of a pass phrase that is not kept. */
import type { OtpAlgorithm } from "../contract/authentication.ts";
import { isOtpSeed, mostOtps, otpOf, otpSeed } from "../sasl/otp.ts";
import { readPassword } from "./ask_password.ts";
import { type Command, configOption, type Given, passwordOption, UsageError } from "./command.ts";
import { withAccounts } from "./with_directory.ts";

const algorithms: readonly OtpAlgorithm[] = ["md4", "md5", "sha1"];
/** RFC 2289 §6: what all generators support. */
const shortest = 10, longest = 63;

/** The command. */
export const accountOtp: Command = {
  name: "account otp",
  summary: "begin a sequence of one-time passwords; asks for its pass phrase",
  operands: [{ name: "ADDRESS", count: "one" }],
  options: [
    { name: "sequence", value: "N", summary: "how many there are to be", fallback: "499" },
    {
      name: "seed",
      value: "S",
      summary: "up to 16 letters and digits; another than before, a random one unless given",
    },
    { name: "algorithm", value: "NAME", summary: "md5, sha1 or md4", fallback: "md5" },
    { name: "remove", summary: "there are to be none" },
    configOption,
    passwordOption,
  ],
  async run(given) {
    const address = given.operand("ADDRESS");
    if (given.has("remove")) {
      await withAccounts(given, (admin) => admin.setOtp(address, undefined));
      console.log(`removed the one-time passwords of ${address}`);
      return 0;
    }
    const { algorithm, count, seed } = read(given);
    const passPhrase = await readPassword(given, `the one-time passwords of ${address}`);
    check(passPhrase, seed);
    // RFC 2289 §7: the first of a sequence is kept, and for nobody to use.
    const sequence = count + 1, last = otpOf({ algorithm, seed, passPhrase, sequence });
    await withAccounts(given, (admin) => admin.setOtp(address, { algorithm, sequence, seed, last }));
    console.log(`one-time passwords of ${address}: ${count}, from otp-${algorithm} ${count} ${seed} on`);
    return 0;
  },
};

function read(given: Given): { readonly algorithm: OtpAlgorithm; readonly count: number; readonly seed: string } {
  const algorithm = algorithms.find((name) => name === given.value("algorithm"));
  if (algorithm === undefined) throw wrong("algorithm", "md5, sha1 or md4", given);
  const sequence = given.value("sequence"), count = /^\d{1,4}$/.test(sequence) ? Number(sequence) : 0;
  if (count < 1 || count >= mostOtps) throw wrong("sequence", `a number from 1 to ${mostOtps - 1}`, given);
  const seed = given.find("seed") ?? otpSeed(crypto.getRandomValues(new Uint8Array(6)));
  if (!isOtpSeed(seed)) throw wrong("seed", "one to 16 letters and digits", given);
  return { algorithm, count, seed: seed.toLowerCase() };
}

function wrong(option: string, expected: string, given: Given): UsageError {
  return new UsageError(`account otp: --${option}: expected ${expected}; found "${given.value(option)}"`);
}

/** @throws UsageError for what generators refuse. */
function check(passPhrase: string, seed: string): void {
  const { length } = new TextEncoder().encode(passPhrase);
  if (length < shortest) {
    throw new UsageError(`account otp: the pass phrase is too short: expected ${shortest} characters`);
  }
  // RFC 2243 §4.3.
  if (passPhrase.toLowerCase() === seed) throw new UsageError("account otp: the seed is no secret, the pass phrase is");
  if (length > longest) {
    console.error(`The pass phrase is longer than the ${longest} characters that all programs take.`);
  }
}
