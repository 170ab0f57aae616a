/** Addresses of hosts as tickets have them (RFC 4120 §5.2.5 and §7.5.3). */

/** A host's address. */
export interface HostAddress {
  /** RFC 4120 §7.5.3: 2 for IPv4, 24 for IPv6. */
  readonly type: number;
  /** 4 or 16, in network byte order. */
  readonly octets: Uint8Array;
}

const IPV4 = 2, IPV6 = 24;

/** The address that a text such as `192.0.2.1` or `2001:db8::1` stands for, which the system has written. */
export function hostAddress(text: string): HostAddress {
  // RFC 4291 §2.5.5.2: IPv4 that has come in by IPv6 is IPv4.
  const [, dotted] = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)$/i.exec(text) ?? [];
  if (dotted !== undefined) return { type: IPV4, octets: Uint8Array.from(dotted.split("."), Number) };
  const [head = [], tail = []] = text.replace(/%.*$/, "").split("::").map(groupsOf);
  const zeros = Array<number>(Math.max(0, 8 - head.length - tail.length)).fill(0);
  const groups = [...head, ...zeros, ...tail];
  return { type: IPV6, octets: Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff])) };
}

function groupsOf(text: string): number[] {
  return text === "" ? [] : text.split(":").map((group) => parseInt(group, 16));
}
