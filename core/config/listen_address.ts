/** `HOST:PORT`, `HOST:PORT tls`, `HOST:PORT starttls`: an item of a protocol's `listen`. */
import { formatHostPort, type HostPort, parseHostPort } from "../options/host_port.ts";
import { value, type ValueSchema } from "../options/values.ts";

/** An address and what is spoken there. */
export interface ListenAddress extends HostPort {
  /** `tls`: from the first octet (POP3S and the like); `starttls`: offered; `none`: neither. */
  readonly security: "none" | "tls" | "starttls";
}

/** Reads an item of `listen`; undefined for anything else. */
export function parseListenAddress(text: string): ListenAddress | undefined {
  const [, address = "", security] = /^(\S+)(?:[ \t]+(tls|starttls))?$/.exec(text.trim()) ?? [];
  const hostPort = parseHostPort(address);
  if (hostPort === undefined) return undefined;
  return { ...hostPort, security: security === "tls" || security === "starttls" ? security : "none" };
}

/** Prints what {@linkcode parseListenAddress} reads. */
export function formatListenAddress(address: ListenAddress): string {
  return address.security === "none" ? formatHostPort(address) : `${formatHostPort(address)} ${address.security}`;
}

/** An item of `listen`, as a schema. */
export const listenAddress: ValueSchema<ListenAddress> = value(
  'HOST:PORT, then "tls", "starttls" or nothing, such as "0.0.0.0:995 tls" or "[::]:110 starttls"',
  (given) => typeof given === "string" ? parseListenAddress(given) : undefined,
);

/** The same for HTTP, in which TLS is there from the first octet or never. */
export const httpAddress: ValueSchema<ListenAddress> = value(
  'HOST:PORT, then "tls" or nothing, such as "127.0.0.1:8080"',
  (given) => {
    const address = typeof given === "string" ? parseListenAddress(given) : undefined;
    return address?.security === "starttls" ? undefined : address;
  },
);

/** Whether one cannot listen on both: the same port, and the same host or one that stands for all. */
export function collide(one: HostPort, other: HostPort): boolean {
  // Port 0 takes a free port each time.
  if (one.port !== other.port || one.port === 0) return false;
  const hosts = [canonicalHost(one.hostname), canonicalHost(other.hostname)];
  // `[::]` takes IPv4 too (IPV6_V6ONLY is off); `0.0.0.0` takes nothing of IPv6.
  return hosts[0] === hosts[1] || hosts.includes("[::]") ||
    (hosts.includes("0.0.0.0") && hosts.every((host) => !host.startsWith("[")));
}

/** One spelling for each IPv6 address (`::1` is `0:0:0:0:0:0:0:1`), names in lower case. */
function canonicalHost(hostname: string): string {
  return hostname.includes(":") ? new URL(`http://[${hostname}]/`).hostname : hostname.toLowerCase();
}
