/**
 * Content-Transfer-Encoding (RFC 2045 §6): streaming decoders and encoders for base64 and quoted-printable. Decoding is as
 * lenient as real mail needs: octets that do not belong are passed over or kept, and nothing is an error.
 */
import { Base64Decoder } from "./base64.ts";
import { concat } from "./bytes.ts";
import { QuotedPrintableDecoder } from "./quoted_printable.ts";

/** Decodes a body piece by piece; the result is the same however the input is split. */
export interface TransferDecoder {
  /** Decoded octets of the next piece: a new array, or for an identity encoding the piece itself. */
  push(chunk: Uint8Array): Uint8Array;
  /** What was still held back; the decoder is used up. */
  finish(): Uint8Array;
}

/** Encodings that change nothing (RFC 2045 §6.2). */
const identityEncodings = new Set(["", "7bit", "8bit", "binary"]);

/** Whether the encoding leaves the octets as they are. */
export function isIdentityEncoding(encoding: string): boolean {
  return identityEncodings.has(encoding.toLowerCase());
}

/** Whether `transferDecoder` can decode it: IMAP's BINARY answers UNKNOWN-CTE for the others (RFC 3516 §4.3). */
export function isKnownEncoding(encoding: string): boolean {
  const name = encoding.toLowerCase();
  return identityEncodings.has(name) || name === "base64" || name === "quoted-printable";
}

/** The decoder for an encoding's name. RFC 2045 §6.4: of an unknown encoding nothing can be said, so octets stay as they are. */
export function transferDecoder(encoding: string): TransferDecoder {
  switch (encoding.toLowerCase()) {
    case "base64":
      return new Base64Decoder();
    case "quoted-printable":
      return new QuotedPrintableDecoder();
    default:
      return identity;
  }
}

/** Decodes a whole body at once. */
export function decodeTransfer(bytes: Uint8Array, encoding: string): Uint8Array {
  const decoder = transferDecoder(encoding);
  return concat([decoder.push(bytes), decoder.finish()]);
}

const identity: TransferDecoder = {
  push: (chunk) => chunk,
  finish: () => new Uint8Array(0),
};
