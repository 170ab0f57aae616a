/**
 * What would be kept of nobody. Where somebody is asked for who is not there, or of whom nothing is kept, the same is done
 * with it as with somebody's, so that how long it takes does not tell. No answer is ever made of it.
 */
import type { Secrets } from "../../../core/contract/accounts.ts";
import { otpLength } from "../../../core/sasl/otp.ts";
import { scramIterations, scramSaltLength } from "../../../core/sasl/scram_keys.ts";
import { type DigestName, printDigests } from "./digest_text.ts";
import { printOtp } from "./otp_text.ts";
import { printScram } from "./scram_text.ts";

/** Schemes of which something is kept that can be read without a key. */
export type OpenScheme = "digest-md5" | "scram-sha-1" | "scram-sha-256" | "scram-sha-512" | "otp";

/** As an account, but for its id. */
export class Nobody {
  /** There is no account. */
  readonly id: undefined;
  /** No account's. */
  readonly address: string = "nobody@mail.example.org";
  /** The name that there is a digest for, as there is for the names of accounts. */
  readonly digestName: DigestName = { user: "nobody@mail.example.org", realm: "mail.example.org" };
  readonly #text: string;

  /** Made once; of as many octets as are kept of somebody. */
  constructor() {
    const others = Array.from({ length: 5 }, (_, at) => ({ user: `${at}.${this.address}`, realm: "" }));
    const secrets: Record<OpenScheme | "others", string> = {
      "others": "-".repeat(200),
      "digest-md5": printDigests([this.digestName, ...others], ""),
      "scram-sha-1": scram("SCRAM-SHA-1", 20),
      "scram-sha-256": scram("SCRAM-SHA-256", 32),
      "scram-sha-512": scram("SCRAM-SHA-512", 64),
      "otp": printOtp({ algorithm: "sha1", sequence: 499, seed: "nobody", last: new Uint8Array(otpLength) }),
    };
    this.#text = JSON.stringify(secrets);
  }

  /** Read anew each time, as a storage reads an account's. */
  get secrets(): Secrets & Readonly<Record<OpenScheme, string>> {
    return JSON.parse(this.#text);
  }
}

function scram(mechanism: string, length: number): string {
  const [salt, key] = [new Uint8Array(scramSaltLength), new Uint8Array(length)];
  return printScram(mechanism, { salt, iterations: scramIterations, storedKey: key, serverKey: key });
}
