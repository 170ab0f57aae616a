/** What encrypts DIGEST-MD5's packets (RFC 2831 §2.4): 3DES, DES and RC4. Their state lasts from packet to packet. */
import { createCipheriv, createDecipheriv } from "node:crypto";
import { concat } from "../../../core/message/bytes.ts";
import type { CipherName } from "./directives.ts";

/** One direction of a cipher. */
export interface Cipher {
  /** Octets that it works on at a time; 1 for a stream. */
  readonly blockSize: number;
  /** Encrypts or decrypts whole blocks, following those before. */
  apply(data: Uint8Array): Uint8Array;
}

/** What the server does with a key. */
export type CipherUse = "encrypt" | "decrypt";

/** A cipher under a key of 16 octets, Kcc or Kcs. */
export function createCipher(name: CipherName, key: Uint8Array, use: CipherUse): Cipher {
  switch (name) {
    // RFC 2831 §2.4: all 16 octets are RC4's key, however few of H(A1) went into them.
    case "rc4":
    case "rc4-56":
    case "rc4-40":
      return new Rc4(key);
    case "3des": {
      const [first, second] = [desKey(key.subarray(0, 7)), desKey(key.subarray(7, 14))];
      return new TripleDes([first, second, first], key.subarray(8), use);
    }
    // Encrypting, decrypting and encrypting with one key is DES.
    case "des": {
      const only = desKey(key.subarray(0, 7));
      return new TripleDes([only, only, only], key.subarray(8), use);
    }
  }
}

/** RFC 2831 §2.4: of H(A1), so many octets make the key. */
export function keyOctets(name: CipherName): number {
  return name === "rc4-40" ? 5 : name === "rc4-56" ? 7 : 16;
}

class Rc4 implements Cipher {
  readonly blockSize = 1;
  readonly #state = Uint8Array.from({ length: 256 }, (_, at) => at);
  #i = 0;
  #j = 0;

  constructor(key: Uint8Array) {
    const state = this.#state;
    for (let i = 0, j = 0; i < 256; i++) {
      j = (j + (state[i] ?? 0) + (key[i % key.length] ?? 0)) & 255;
      [state[i], state[j]] = [state[j] ?? 0, state[i] ?? 0];
    }
  }

  apply(data: Uint8Array): Uint8Array {
    const state = this.#state;
    const output = new Uint8Array(data.length);
    for (let at = 0; at < data.length; at++) {
      const i = this.#i = (this.#i + 1) & 255;
      const a = state[i] ?? 0;
      const j = this.#j = (this.#j + a) & 255;
      const b = state[j] ?? 0;
      state[i] = b;
      state[j] = a;
      output[at] = (data[at] ?? 0) ^ (state[(a + b) & 255] ?? 0);
    }
    return output;
  }
}

/** CBC: the last block that was encrypted is the vector of the next packet. */
class TripleDes implements Cipher {
  readonly blockSize = 8;
  readonly #key: Uint8Array;
  readonly #use: CipherUse;
  #vector: Uint8Array;

  constructor(keys: readonly [Uint8Array, Uint8Array, Uint8Array], vector: Uint8Array, use: CipherUse) {
    this.#key = Uint8Array.from(keys.flatMap((key) => [...key]));
    this.#vector = vector.slice();
    this.#use = use;
  }

  apply(data: Uint8Array): Uint8Array {
    const create = this.#use === "encrypt" ? createCipheriv : createDecipheriv;
    const cipher = create("des-ede3-cbc", this.#key, this.#vector);
    cipher.setAutoPadding(false);
    const output = concat([new Uint8Array(cipher.update(data)), new Uint8Array(cipher.final())]);
    this.#vector = (this.#use === "encrypt" ? output : data).slice(-8);
    return output;
  }
}

/** 56 bits spread over eight octets; the lowest bit of each is parity, which nobody looks at. */
function desKey(seven: Uint8Array): Uint8Array {
  let bits = 0n;
  for (const octet of seven) bits = (bits << 8n) | BigInt(octet);
  return Uint8Array.from({ length: 8 }, (_, at) => Number((bits >> BigInt(49 - 7 * at)) & 0x7fn) << 1);
}
