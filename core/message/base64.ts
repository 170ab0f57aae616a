/** Base64 (RFC 2045 §6.8, RFC 4648 §4): lenient streaming decoder, encoder with lines of 76 characters. */

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const SKIP = 64, PAD = 65, EQUALS = 61;

/** Octet → sextet, SKIP for an octet outside the alphabet, PAD for "=". */
const sextets = new Uint8Array(256).fill(SKIP);
for (let value = 0; value < 64; value++) sextets[alphabet.charCodeAt(value)] = value;
sextets[EQUALS] = PAD;

/**
 * RFC 2045 §6.8: octets outside the alphabet are passed over. Padding ends a group, and what follows it begins another, so
 * that encoded pieces that were simply joined decode whole. A last group that is cut off gives the octets it has.
 */
export class Base64Decoder {
  #bits = 0;
  /** Sextets held in `#bits`: 0 to 3. */
  #count = 0;

  /** Decodes the next octets; a group cut by the chunk's end is held. */
  push(chunk: Uint8Array): Uint8Array {
    const output = new Uint8Array((chunk.length >> 2) * 3 + 6);
    let length = 0;
    let bits = this.#bits;
    let count = this.#count;
    for (let at = 0; at < chunk.length; at++) {
      const sextet = sextets[chunk[at] ?? 0] ?? SKIP;
      if (sextet < SKIP) {
        bits = (bits << 6) | sextet;
        if (++count === 4) {
          output[length++] = bits >> 16;
          output[length++] = bits >> 8;
          output[length++] = bits;
          bits = count = 0;
        }
      } else if (sextet === PAD && count > 0) {
        length = flush(output, length, bits, count);
        bits = count = 0;
      }
    }
    this.#bits = bits;
    this.#count = count;
    return output.subarray(0, length);
  }

  /** The octets of a last group that is not whole. */
  finish(): Uint8Array {
    const output = new Uint8Array(2);
    const length = flush(output, 0, this.#bits, this.#count);
    this.#bits = this.#count = 0;
    return output.subarray(0, length);
  }
}

/** The octets in an unfinished group: 2 sextets hold one, 3 hold two; one alone holds none. */
function flush(output: Uint8Array, length: number, bits: number, count: number): number {
  if (count === 2) output[length++] = bits >> 4;
  if (count === 3) {
    output[length++] = bits >> 10;
    output[length++] = bits >> 2;
  }
  return length;
}

/** Base64 without line ends. */
export function encodeBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at;
    const bits = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    text += alphabet.charAt(bits >> 18) + alphabet.charAt((bits >> 12) & 63);
    text += left > 1 ? alphabet.charAt((bits >> 6) & 63) : "=";
    text += left > 2 ? alphabet.charAt(bits & 63) : "=";
  }
  return text;
}

/** Base64 as a body: lines of 76 characters (RFC 2045 §6.8), each with CRLF. */
export function encodeBase64Body(bytes: Uint8Array): string {
  return encodeBase64(bytes).replace(/.{1,76}/g, "$&\r\n");
}
