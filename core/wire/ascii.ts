/** Octets that are text: compared without regard to case, made a text and made of one. */
import { Buffer, isAscii as isAllAscii } from "node:buffer";

/** An upper-case ASCII letter as its lower-case one; other octets as they are. */
export function lowerAscii(octet: number): number {
  return octet >= 0x41 && octet <= 0x5a ? octet | 0x20 : octet;
}

/** Whether octets spell this, in any case. ASCII letters only: nothing else has case here. */
export function equalsIgnoringCase(bytes: Uint8Array, text: string): boolean {
  if (bytes.length !== text.length) return false;
  for (let at = 0; at < bytes.length; at++) {
    if (lowerAscii(bytes[at] ?? 0) !== lowerAscii(text.charCodeAt(at))) return false;
  }
  return true;
}

/** One character an octet, U+0000 to U+00FF: what was read is kept as it is. */
export function latin1(bytes: Uint8Array): string {
  // Not TextDecoder's latin1: that is windows-1252, which differs in 0x80 to 0x9F.
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}

/** The octets of a text whose characters are U+0000 to U+00FF; of others, the low octet. */
export function latin1Bytes(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}

/** Whether all octets are below 0x80. */
export function isAscii(bytes: Uint8Array): boolean {
  // A hundred times as fast as a loop here.
  return isAllAscii(bytes);
}

/** Octets that are made a text at once. */
const PIECE = 65_536;

/** Whether there is a NUL. A text is searched ten times as quickly as its octets, and made in no time. */
export function hasNul(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at += PIECE) {
    if (latin1(bytes.subarray(at, at + PIECE)).includes("\0")) return true;
  }
  return false;
}
