/** Writes keytab files (MIT's format 0x0502), so that tests have keys without a KDC. */
import { decodeHex } from "./hex.ts";

/** A key of a service. */
export interface Key {
  /** `pop`, `localhost`. */
  readonly components: readonly string[];
  readonly realm: string;
  /** RFC 3962: 18 is aes256-cts-hmac-sha1-96. */
  readonly enctype: number;
  readonly version: number;
  /** In hexadecimal. */
  readonly key: string;
}

/** The octets of a keytab. */
export function keytabOf(keys: readonly Key[]): Uint8Array {
  return Uint8Array.from([5, 2, ...keys.flatMap((key) => counted(entryOf(key), 4))]);
}

function entryOf({ components, realm, enctype, version, key }: Key): number[] {
  const text = (characters: string) => counted([...new TextEncoder().encode(characters)], 2);
  return [
    ...number(components.length, 2),
    ...text(realm),
    ...components.flatMap(text),
    // NT_PRINCIPAL; a timestamp that nobody looks at.
    ...number(1, 4),
    ...number(0, 4),
    ...number(version, 1),
    ...number(enctype, 2),
    ...counted([...decodeHex(key)], 2),
  ];
}

function counted(octets: readonly number[], size: number): number[] {
  return [...number(octets.length, size), ...octets];
}

function number(value: number, size: number): number[] {
  return Array.from({ length: size }, (_, at) => Math.floor(value / 256 ** (size - 1 - at)) & 0xff);
}
