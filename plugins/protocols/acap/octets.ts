/**
 * Values are octets (RFC 2244 §2.6.3.1), kept as strings of one character an octet, U+0000 to U+00FF: they are compared,
 * searched and sorted as the comparators want it. Names are text.
 */
import { latin1, latin1Bytes } from "../../../core/wire/ascii.ts";

/** Octets, one a character. */
export type Octets = string;

const encoder = new TextEncoder(), decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const notAscii = /[\u0080-\uffff]/;

/** The octets of a text in UTF-8. */
export function octetsOf(text: string): Octets {
  return notAscii.test(text) ? latin1(encoder.encode(text)) : text;
}

/** The text of octets in UTF-8; what is none becomes U+FFFD. */
export function textOf(octets: Octets): string {
  return notAscii.test(octets) ? decoder.decode(latin1Bytes(octets)) : octets;
}
