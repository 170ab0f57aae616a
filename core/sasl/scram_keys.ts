/** SCRAM's keys (RFC 5802 §3, RFC 7677): made when a password is set, used by the mechanism. */
import { createHash, createHmac, pbkdf2 } from "node:crypto";
import { prepareStored } from "./saslprep.ts";

/** Hash functions of the SCRAM family, as `node:crypto` names them. */
export type ScramHash = "sha1" | "sha256" | "sha512";

/**
 * Rounds of PBKDF2 for keys that are made here (RFC 7677 §4 asks for 4096 at least). Unknown users are answered with
 * this number: a directory that uses another tells who has an account.
 */
export const scramIterations = 10_000;

/** Octets of salt for keys that are made here. */
export const scramSaltLength = 16;

/** What a server keeps of a password. */
export interface ScramKeys {
  /** H(ClientKey). */
  readonly storedKey: Uint8Array;
  /** HMAC(SaltedPassword, "Server Key"). */
  readonly serverKey: Uint8Array;
}

/**
 * Keys of a password. Works off the main thread.
 *
 * @returns undefined where SASLprep refuses the password: SCRAM cannot serve such an account.
 */
export async function deriveScramKeys(
  hash: ScramHash,
  password: string,
  salt: Uint8Array,
  iterations: number = scramIterations,
): Promise<ScramKeys | undefined> {
  const prepared = prepareStored(password);
  if (prepared === undefined) return undefined;
  const length = createHash(hash).digest().length;
  const saltedPassword = await new Promise<Uint8Array>((resolve, reject) =>
    pbkdf2(
      prepared,
      salt,
      iterations,
      length,
      hash,
      (error, key) => error === null ? resolve(new Uint8Array(key)) : reject(error),
    )
  );
  const clientKey = createHmac(hash, saltedPassword).update("Client Key").digest();
  return {
    storedKey: new Uint8Array(createHash(hash).update(clientKey).digest()),
    serverKey: new Uint8Array(createHmac(hash, saltedPassword).update("Server Key").digest()),
  };
}
