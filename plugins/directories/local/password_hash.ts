/** Password hashes: scrypt (RFC 7914), printed with their parameters so that the cost can change. */
import { Buffer } from "node:buffer";
import { randomBytes, scrypt } from "node:crypto";
import { equalInConstantTime } from "../../../core/sasl/constant_time.ts";
import { prepareQuery } from "../../../core/sasl/saslprep.ts";
import { Turns } from "./turns.ts";

/** Parameters of scrypt; its r is always 8 and its p 1. */
export interface HashCost {
  /** Log2 of N. */
  readonly logN: number;
}

/** Makes a key of a password: scrypt, but for tests that count. */
export type DeriveKey = (password: string, salt: Uint8Array, cost: HashCost, length: number) => Promise<Uint8Array>;

interface PasswordHash extends HashCost {
  readonly salt: Uint8Array;
  readonly key: Uint8Array;
}

/** RFC 7914 §2: 8 is the usual block size. */
const blockSize = 8;
const saltLength = 16;
const keyLength = 32;
/** Octets that all hashes in the making may take together; one is always made. */
const memory = 256 * 1024 * 1024;
/** Logins that wait for their turn: with more, the last would wait longer than a client does. */
const mostWaiting = 500;

/** Makes and checks password hashes, off the main thread, as many at once as there are processors and memory. */
export class PasswordHasher {
  /** Hashes that are worth making at once. */
  readonly atOnce: number;
  readonly #cost: HashCost;
  readonly #derive: DeriveKey;
  readonly #turns: Turns;
  readonly #nobody: PasswordHash;

  /** At this cost. */
  constructor(cost: HashCost, derive: DeriveKey = deriveByScrypt) {
    this.#cost = cost;
    this.#derive = derive;
    this.atOnce = Math.max(1, Math.min(navigator.hardwareConcurrency, Math.floor(memory / octetsOf(cost))));
    this.#turns = new Turns(this.atOnce, mostWaiting);
    this.#nobody = { ...cost, salt: randomBytes(saltLength), key: new Uint8Array(0) };
  }

  /** A hash to be kept. */
  async hash(password: string): Promise<string> {
    const salt = randomBytes(saltLength);
    return print({ ...this.#cost, salt, key: await this.#key(password, { ...this.#cost, salt }) });
  }

  /** Whether the password is that of the hash. Nobody's, for which there is no hash, costs the same and never is. */
  async isRight(password: string, kept: string | undefined): Promise<boolean> {
    const hash = kept === undefined ? this.#nobody : parse(kept);
    return equalInConstantTime(await this.#key(password, hash), hash.key);
  }

  /** Whether a hash was made at this cost: at another, how long a check takes would tell who has an account. */
  isCurrent(kept: string): boolean {
    return parse(kept).logN === this.#cost.logN;
  }

  #key(password: string, { salt, logN }: HashCost & { readonly salt: Uint8Array }): Promise<Uint8Array> {
    // RFC 4013: what looks the same is the same. What cannot be prepared is compared as it is.
    const prepared = prepareQuery(password) ?? password;
    return this.#turns.take(() => this.#derive(prepared, salt, { logN }, keyLength));
  }
}

/** By `node:crypto`, in another thread. */
export function deriveByScrypt(
  password: string,
  salt: Uint8Array,
  cost: HashCost,
  length: number,
): Promise<Uint8Array> {
  const settings = { N: 2 ** cost.logN, r: blockSize, p: 1, maxmem: 2 * octetsOf(cost) };
  return new Promise((resolve, reject) =>
    scrypt(password, salt, length, settings, (error, key) => error ? reject(error) : resolve(new Uint8Array(key)))
  );
}

/** RFC 7914 §2: 128 * N * r octets. */
function octetsOf({ logN }: HashCost): number {
  return 128 * blockSize * 2 ** logN;
}

/** The PHC string format: `$scrypt$ln=15,r=8,p=1$SALT$KEY`, Base64 without padding. */
function print({ logN, salt, key }: PasswordHash): string {
  return `$scrypt$ln=${logN},r=${blockSize},p=1$${toBase64(salt)}$${toBase64(key)}`;
}

function parse(text: string): PasswordHash {
  const [, logN, salt, key] = /^\$scrypt\$ln=(1\d|20),r=8,p=1\$([\w+/]{22})\$([\w+/]{43})$/.exec(text) ?? [];
  if (logN === undefined || salt === undefined || key === undefined) {
    throw new Error("the kept password hash cannot be read: expected $scrypt$ln=…; set the password anew");
  }
  return { logN: Number(logN), salt: Buffer.from(salt, "base64"), key: Buffer.from(key, "base64") };
}

function toBase64(octets: Uint8Array): string {
  return Buffer.from(octets).toString("base64").replace(/=+$/, "");
}
