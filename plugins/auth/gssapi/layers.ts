/** The security layers of GSSAPI (RFC 4752 §3.2 and §3.3): what is offered, what is chosen, and what it does. */
import type { SecurityLayer } from "../../../core/contract/mod.ts";
import type { SecurityContext } from "../../../core/kerberos/security_context.ts";
import { concat } from "../../../core/message/bytes.ts";
import { decodeUtf8 } from "../../../core/wire/utf8.ts";

/** By the operator's names. */
export type LayerName = "none" | "integrity" | "confidentiality";

/** RFC 4752 §3.3. */
const bits: Readonly<Record<LayerName, number>> = { none: 1, integrity: 2, confidentiality: 4 };

/** Octets of the largest sealed packet that the server takes. */
const OWN_SIZE = 65_536;

/** What a client has chosen. */
export interface Choice {
  /** One of those that were offered. */
  readonly layer: LayerName;
  /** Octets of the largest sealed packet that it takes. */
  readonly size: number;
  /** Authorization identity; may be empty. */
  readonly authorizeAs: string;
}

/** RFC 4752 §3.2: a mask, and the size of what the server can take, which is 0 where there is no layer. */
export function printOffer(layers: readonly LayerName[]): Uint8Array {
  const mask = layers.reduce((mask, layer) => mask | bits[layer], 0);
  const size = layers.some((layer) => layer !== "none") ? OWN_SIZE : 0;
  return Uint8Array.of(mask, size >> 16, (size >> 8) & 0xff, size & 0xff);
}

/** The client's choice; undefined for what is none of those that were offered. */
export function parseChoice(octets: Uint8Array, offered: readonly LayerName[]): Choice | undefined {
  const [bit, high = 0, middle = 0, low = 0] = octets;
  const layer = offered.find((layer) => bits[layer] === bit);
  const authorizeAs = decodeUtf8(octets.subarray(4));
  // RFC 4752 §3.1: not terminated by a NUL; and no identity has one in it.
  if (octets.length < 4 || layer === undefined || authorizeAs === undefined || authorizeAs.includes("\0")) {
    return undefined;
  }
  // RFC 4752 §3.2 wants a size of 0 with no layer. gsasl and fetchmail send the server's own back, and are forgiven: nobody
  // uses it.
  return { layer, size: high << 16 | middle << 8 | low, authorizeAs };
}

/** Prints what {@linkcode parseChoice} reads. */
export function printChoice({ layer, size, authorizeAs }: Choice): Uint8Array {
  const octets = Uint8Array.of(bits[layer], size >> 16, (size >> 8) & 0xff, size & 0xff);
  return concat([octets, new TextEncoder().encode(authorizeAs)]);
}

/** The layer over a context, which it holds from now on; undefined where the client takes no packet with anything in it. */
export function layerOf(context: SecurityContext, { layer, size }: Choice): SecurityLayer | undefined {
  const isEncrypted = layer === "confidentiality";
  const maximumOutput = Math.min(OWN_SIZE, context.largestPlain(size, isEncrypted));
  if (maximumOutput < 1) return undefined;
  return {
    maximumInput: OWN_SIZE,
    maximumOutput,
    wrap: (plain) => context.wrap(plain, isEncrypted),
    unwrap(sealed) {
      const opened = context.unwrap(sealed);
      // Secrecy was agreed on: what anybody on the way could have read is not what the client meant to send.
      if (isEncrypted && !opened.isEncrypted) throw new Error("a packet of the security layer is not encrypted");
      return opened.plain;
    },
    release: () => context[Symbol.dispose](),
  };
}
