/**
 * What no single key can say: listeners that need a certificate, addresses that are taken twice, transports for domains
 * whose mail stays here.
 */
import { collide, formatListenAddress, type ListenAddress, parseListenAddress } from "./listen_address.ts";
import { type Issue, placeOf } from "./explain_issues.ts";
import { domainName } from "./domain_name.ts";
import { itemsAt, valueAt } from "./plain_value.ts";
import type { ConfigPath } from "./server_config.ts";

interface PlacedListener {
  readonly section: "protocols" | "http";
  readonly address: ListenAddress;
  readonly path: ConfigPath;
}

/** Checks a document that may have other problems as well: what cannot be read is passed over here. */
export function crossCheck(document: unknown): Issue[] {
  const listeners = listenersOf(document);
  return [...withoutCertificate(document, listeners), ...takenTwice(listeners), ...localDestinations(document)];
}

function withoutCertificate(document: unknown, listeners: readonly PlacedListener[]): Issue[] {
  const secure = listeners.find(({ address }) => address.security !== "none");
  if (secure === undefined || valueAt(document, ["tls"]) !== undefined) return [];
  const { security } = secure.address;
  return [{
    message: `is missing: ${placeOf(secure.path)} says "${security}", which needs ` +
      "{ certificate: ./tls/cert.pem, key: ./tls/key.pem }",
    path: ["tls"],
  }];
}

function takenTwice(listeners: readonly PlacedListener[]): Issue[] {
  return listeners.flatMap((listener, index) => {
    const { address, path } = listener;
    const earlier = listeners.slice(0, index).find((other) =>
      collide(other.address, address) && !isShared(listener, other)
    );
    if (earlier === undefined) return [];
    const taken = `port ${address.port} is taken by ${placeOf(earlier.path)} (${formatListenAddress(earlier.address)})`;
    return [{ message: taken, path }];
  });
}

/** Routes of several entries may be on one address. */
function isShared(one: PlacedListener, other: PlacedListener): boolean {
  return one.section === "http" && other.section === "http" &&
    formatListenAddress(one.address) === formatListenAddress(other.address);
}

function listenersOf(document: unknown): PlacedListener[] {
  return (["protocols", "http"] as const).flatMap((section) =>
    itemsAt(document, [section])
      .flatMap(({ path }) => itemsAt(document, [...path, "listen"]))
      .flatMap(({ value, path }) => {
        const address = typeof value === "string" ? parseListenAddress(value) : undefined;
        return address === undefined ? [] : [{ section, address, path }];
      })
  );
}

/** Who hands local mail to a transport would wait for it in vain. */
function localDestinations(document: unknown): Issue[] {
  const listed = itemsAt(document, ["domains"]);
  const local = listed.length > 0 ? listed : [{ value: valueAt(document, ["hostname"]), path: ["hostname"] }];
  return itemsAt(document, ["transports"])
    .flatMap(({ path }) => itemsAt(document, [...path, "for"]))
    .flatMap(({ value, path }) => {
      const domain = domainName(value);
      const found = local.find((one) => domain !== undefined && domainName(one.value) === domain);
      if (found === undefined) return [];
      return [{ message: `"${domain}" is local (${placeOf(found.path)}): its mail stays here`, path }];
    });
}
