/** Address literals (RFC 5321 §4.1.3): `[192.0.2.1]`, `[IPv6:2001:db8::1]`, `[tag:content]`. Pure. */
import { Networks, parseNetwork } from "../../../core/options/networks.ts";

/** Whether a text in square brackets is one of the forms. */
export function isAddressLiteral(text: string): boolean {
  const content = /^\[([!-Z^-~]{1,253})\]$/.exec(text)?.[1];
  if (content === undefined) return false;
  if (isIPv4(content)) return true;
  const [, tag = "", rest = ""] = /^([A-Za-z0-9-]*[A-Za-z0-9]):(.+)$/.exec(content) ?? [];
  // The tag is to be one of the registered ones; what others mean cannot be known here, and nothing depends on it.
  return tag.toLowerCase() === "ipv6" ? isIPv6(rest) : tag !== "";
}

/**
 * RFC 1123 §5.2.17: an address whose literal is an IP address of ours, in a domain of ours; others as they are.
 *
 * @param own The IP address at which the client reached us: others that we may have are not known.
 */
export function withoutOwnLiteral(address: string, own: string, domain: string): string {
  const [, local, literal] = /^(.+)@\[(?:IPv6:)?([0-9a-f.:]+)\]$/is.exec(address) ?? [];
  if (local === undefined || literal === undefined) return address;
  const network = parseNetwork(own.replace(/^::ffff:(?=\d+\.)/i, "").replace(/%.*$/, ""));
  return network !== undefined && new Networks([network]).contains(literal) ? `${local}@${domain}` : address;
}

/** Four decimal numbers up to 255. */
function isIPv4(text: string): boolean {
  const numbers = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1);
  return numbers !== undefined && numbers.every((number) => Number(number) <= 255);
}

/** IPv6-full, IPv6-comp, IPv6v4-full or IPv6v4-comp. */
function isIPv6(text: string): boolean {
  const [left = "", right, ...more] = text.split("::");
  if (more.length > 0) return false;
  if (right === undefined) return groups(left, true) === 8;
  const before = left === "" ? 0 : groups(left, false);
  const after = right === "" ? 0 : groups(right, true);
  // "::" stands for two groups of zeros at least.
  return before !== undefined && after !== undefined && before + after <= 6;
}

/** How many groups of 16 bits these are; undefined when they are no groups. A dotted quad may end them, and counts for two. */
function groups(text: string, mayEndInIPv4: boolean): number | undefined {
  const parts = text.split(":");
  const last = parts.at(-1) ?? "";
  const quad = mayEndInIPv4 && isIPv4(last);
  const hexadecimal = quad ? parts.slice(0, -1) : parts;
  if (!hexadecimal.every((part) => /^[0-9A-Fa-f]{1,4}$/.test(part))) return undefined;
  return hexadecimal.length + (quad ? 2 : 0);
}
