/** DIGEST-MD5's security layers (RFC 2831 §2.3 and §2.4): packets with a MAC and a number, encrypted or not. */
import { createHash, createHmac } from "node:crypto";
import type { SecurityLayer } from "../../../core/contract/mod.ts";
import { concat } from "../../../core/message/bytes.ts";
import { equalInConstantTime } from "../../../core/sasl/constant_time.ts";
import { type Cipher, createCipher, keyOctets } from "./ciphers.ts";
import type { CipherName } from "./directives.ts";

/** What was negotiated. */
export interface LayerSettings {
  /** H(A1). */
  readonly sessionKey: Uint8Array;
  /** Absent: integrity only. */
  readonly cipher?: CipherName;
  /** Octets of the largest packet that the server takes. */
  readonly ownMaxbuf: number;
  /** Octets of the largest packet that the client takes. */
  readonly peerMaxbuf: number;
}

/** RFC 2831 §2.3: ten octets of HMAC. */
const macLength = 10;
/** Then two of message type and four of sequence number, never encrypted. */
const trailerLength = 6;
/** What a packet may be longer than what is in it, with the longest padding. */
const longestOverhead = macLength + trailerLength + 8;

/** Octets that a peer must take at least: less holds no octet of text. */
export const leastMaxbuf = longestOverhead + 1;

/** A layer that needs no waiting. */
export interface DigestLayer extends SecurityLayer {
  /** Seals one packet. */
  wrap(plain: Uint8Array): Uint8Array;
  /** Opens one. */
  unwrap(sealed: Uint8Array): Uint8Array;
}

/** The server's side of a layer. */
export function createSecurityLayer(settings: LayerSettings): DigestLayer {
  const { sessionKey, cipher, ownMaxbuf, peerMaxbuf } = settings;
  const signingKey = (direction: string) =>
    md5(sessionKey, `Digest session key to ${direction} signing key magic constant`);
  const sealingKey = (name: CipherName, direction: string) =>
    md5(sessionKey.subarray(0, keyOctets(name)), `Digest H(A1) to ${direction} sealing key magic constant`);
  const outgoing = new Sealer(
    signingKey("server-to-client"),
    cipher && createCipher(cipher, sealingKey(cipher, "server-to-client"), "encrypt"),
  );
  const incoming = new Opener(
    signingKey("client-to-server"),
    cipher && createCipher(cipher, sealingKey(cipher, "client-to-server"), "decrypt"),
  );
  const maximumOutput = peerMaxbuf - longestOverhead;
  return {
    maximumInput: ownMaxbuf,
    maximumOutput,
    wrap(plain) {
      if (plain.length > maximumOutput) throw new RangeError(`a packet holds at most ${maximumOutput} octets`);
      return outgoing.seal(plain);
    },
    unwrap: (sealed) => incoming.open(sealed),
  };
}

class Sealer {
  readonly #key: Uint8Array;
  readonly #cipher: Cipher | undefined;
  #sequence = 0;

  constructor(key: Uint8Array, cipher: Cipher | undefined) {
    this.#key = key;
    this.#cipher = cipher;
  }

  seal(plain: Uint8Array): Uint8Array {
    const sequence = this.#sequence;
    this.#sequence = next(sequence);
    const mac = macOf(this.#key, sequence, plain);
    const cipher = this.#cipher;
    if (cipher === undefined) return concat([plain, mac, trailerOf(sequence)]);
    const padding = paddingOf(plain.length, cipher.blockSize);
    return concat([cipher.apply(concat([plain, padding, mac])), trailerOf(sequence)]);
  }
}

class Opener {
  readonly #key: Uint8Array;
  readonly #cipher: Cipher | undefined;
  #sequence = 0;

  constructor(key: Uint8Array, cipher: Cipher | undefined) {
    this.#key = key;
    this.#cipher = cipher;
  }

  /** @throws Error when the packet was changed, repeated, left out or taken out of turn: the words are always the same. */
  open(sealed: Uint8Array): Uint8Array {
    const sequence = this.#sequence;
    const body = sealed.subarray(0, -trailerLength);
    const { blockSize } = this.#cipher ?? { blockSize: 1 };
    // RFC 2831 §2.3: the message type is 1, the number the one whose turn it is.
    if (!equalInConstantTime(sealed.subarray(-trailerLength), trailerOf(sequence))) throw notIntact();
    if (body.length < macLength || body.length % blockSize !== 0) throw notIntact();
    const opened = this.#cipher === undefined ? body : this.#cipher.apply(body);
    const padded = opened.subarray(0, -macLength);
    const plain = blockSize === 1 ? padded : withoutPadding(padded, blockSize);
    // Without valid padding there is a MAC to compute all the same: how a packet is wrong does not show in time.
    const mac = macOf(this.#key, sequence, plain ?? padded);
    const isIntact = equalInConstantTime(opened.subarray(-macLength), mac);
    if (plain === undefined || !isIntact) throw notIntact();
    this.#sequence = next(sequence);
    return plain.slice();
  }
}

/** RFC 2831 §2.4: one octet or more, each holding their number, so that whole blocks are encrypted. */
function paddingOf(length: number, blockSize: number): Uint8Array {
  if (blockSize === 1) return new Uint8Array(0);
  const size = blockSize - ((length + macLength) % blockSize);
  return new Uint8Array(size).fill(size);
}

function withoutPadding(padded: Uint8Array, blockSize: number): Uint8Array | undefined {
  const size = padded.at(-1) ?? 0;
  if (size < 1 || size > blockSize || size > padded.length) return undefined;
  const isWhole = padded.subarray(-size).every((octet) => octet === size);
  return isWhole ? padded.subarray(0, -size) : undefined;
}

/** RFC 2831 §2.3: HMAC(Ki, {SeqNum, msg})[0..9]. */
function macOf(key: Uint8Array, sequence: number, plain: Uint8Array): Uint8Array {
  const hmac = createHmac("md5", key).update(numberOf(sequence)).update(plain).digest();
  return new Uint8Array(hmac).subarray(0, macLength);
}

function trailerOf(sequence: number): Uint8Array {
  return concat([Uint8Array.of(0, 1), numberOf(sequence)]);
}

/** Four octets in network byte order. */
function numberOf(sequence: number): Uint8Array {
  const octets = new Uint8Array(4);
  new DataView(octets.buffer).setUint32(0, sequence);
  return octets;
}

function next(sequence: number): number {
  return (sequence + 1) >>> 0;
}

function md5(octets: Uint8Array, text: string): Uint8Array {
  return new Uint8Array(createHash("md5").update(octets).update(text).digest());
}

function notIntact(): Error {
  return new Error("a packet of the security layer is not intact");
}
