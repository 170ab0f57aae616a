/** Strict Base64 (RFC 4648 §3 and §4), as SASL's profiles demand it (RFC 4954 §4, RFC 5034 §4). */

/**
 * The octets; undefined for anything that is not exactly their Base64: octets outside the alphabet, white space,
 * padding that is missing or not at the end, bits left over that are not zero (RFC 4648 §3.5).
 */
export function decodeStrictBase64(text: Uint8Array): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined;
  const padding = text.at(-1) !== EQUALS ? 0 : text.at(-2) !== EQUALS ? 1 : 2;
  const digits = text.length - padding;
  const octets = new Uint8Array((text.length / 4) * 3 - padding);
  let bits = 0;
  let held = 0;
  let length = 0;
  for (let at = 0; at < digits; at++) {
    const sextet = sextets[text[at] ?? 0] ?? NONE;
    if (sextet === NONE) return undefined;
    bits = ((bits << 6) | sextet) & 0xfff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    octets[length++] = bits >> held;
  }
  return (bits & ((1 << held) - 1)) === 0 ? octets : undefined;
}

const EQUALS = 0x3d;
const NONE = 64;

const sextets = new Uint8Array(256).fill(NONE);
for (const [value, digit] of [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"].entries()) {
  sextets[digit.charCodeAt(0)] = value;
}
