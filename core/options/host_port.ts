/** `HOST:PORT`, with IPv6 addresses in brackets (RFC 3986 §3.2.2). */

/** A host, without brackets, and a port. */
export interface HostPort {
  /** A name, an IPv4 address, or an IPv6 address without brackets. */
  readonly hostname: string;
  /** 0 to 65535; listening on 0 takes any free port. */
  readonly port: number;
}

/** Reads `HOST:PORT`; undefined for anything else. */
export function parseHostPort(text: string): HostPort | undefined {
  const [, ipv6, name, digits] = /^(?:\[([0-9A-Fa-f:.]{2,45})\]|([^\s:[\]@/]{1,255})):(\d{1,5})$/.exec(text) ?? [];
  const hostname = ipv6 ?? name;
  const port = Number(digits);
  if (hostname === undefined || !(port <= 65535)) return undefined;
  if (ipv6 !== undefined ? !isIpv6(ipv6) : !isIpv4OrName(hostname)) return undefined;
  return { hostname, port };
}

/** Prints what {@linkcode parseHostPort} reads. */
export function formatHostPort({ hostname, port }: HostPort): string {
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}

function isIpv6(text: string): boolean {
  return URL.canParse(`http://[${text}]/`);
}

function isIpv4OrName(text: string): boolean {
  // What looks like an IPv4 address must be one: `10.0.0.256` is no name.
  if (/^[\d.]+$/.test(text)) {
    const octets = text.split(".");
    return octets.length === 4 && octets.every((octet) => /^\d{1,3}$/.test(octet) && Number(octet) <= 255);
  }
  return text.split(".").every((label) => /^[\p{L}\p{N}_](?:[\p{L}\p{N}_-]*[\p{L}\p{N}_])?$/u.test(label));
}
