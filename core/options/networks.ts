/** Addresses and networks, as an option: a fence around what not everybody may do. */
import { BlockList, isIP } from "node:net";
import * as v from "valibot";
import { listOf, value, type ValueSchema } from "./values.ts";

/** One address, or all that begin with the same bits. */
export interface Network {
  /** IPv4 or IPv6. */
  readonly address: string;
  /** How many bits count. */
  readonly bits: number;
}

/** Reads `192.0.2.1`, `10.0.0.0/8`, `2001:db8::/32`; undefined for anything else, names included. */
export function parseNetwork(text: string): Network | undefined {
  const [, address = "", written] = /^([^/%]{1,45})(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const most = bitsOf(address);
  const bits = written === undefined ? most : Number(written);
  return most === 0 || bits > most ? undefined : { address, bits };
}

/** Prints what {@linkcode parseNetwork} reads. */
export function formatNetwork({ address, bits }: Network): string {
  return bits === bitsOf(address) ? address : `${address}/${bits}`;
}

/** A set of addresses. */
export class Networks {
  /** Whether no address is in it. */
  readonly isEmpty: boolean;
  readonly #list = new BlockList();

  /** All that are in one of these. */
  constructor(networks: readonly Network[]) {
    this.isEmpty = networks.length === 0;
    for (const { address, bits } of networks) this.#list.addSubnet(address, bits, familyOf(address));
  }

  /** Whether an address is in it; IPv4 inside IPv6 (`::ffff:192.0.2.1`) is IPv4. What is no address is in none. */
  contains(address: string): boolean {
    const plain = address.replace(/%.*$/, "");
    return isIP(plain) !== 0 && this.#list.check(plain, familyOf(plain));
  }
}

const network: ValueSchema<Network> = value(
  'an address or a network, such as "192.0.2.1", "10.0.0.0/8" or "2001:db8::/32"',
  (given) => typeof given === "string" ? parseNetwork(given) : undefined,
);

/** A list of addresses and networks, as an option. */
export const networks: ValueSchema<Networks> = v.pipe(
  listOf(network, 'a list of addresses and networks, such as ["192.0.2.1", "10.0.0.0/8"]'),
  v.transform((list) => new Networks(list)),
);

/** This machine itself. */
export const loopback: readonly string[] = ["127.0.0.0/8", "::1"];
/** Every address. */
export const everywhere: readonly string[] = ["0.0.0.0/0", "::/0"];

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 6 ? "ipv6" : "ipv4";
}

/** Bits of an address; 0 for what is none. */
function bitsOf(address: string): number {
  return { 4: 32, 6: 128 }[isIP(address)] ?? 0;
}
