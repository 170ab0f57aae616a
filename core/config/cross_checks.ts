/** What no single key can say: listeners that need a certificate, addresses that are taken twice. */
import { collide, formatListenAddress, type ListenAddress, parseListenAddress } from "./listen_address.ts";
import { type Issue, placeOf } from "./explain_issues.ts";
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
  return [...withoutCertificate(document, listeners), ...takenTwice(listeners)];
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
