/**
 * Whom client certificates name. The TLS engine verifies one in a full handshake only, but tells of it in a resumed
 * session too, and that it was found good there, whatever had been found before: only those that were verified by us
 * count.
 */
import { X509Certificate } from "node:crypto";
import type { TLSSocket } from "node:tls";
import { mailAddressesOf } from "./certificate_fields.ts";

/** Certificates that are remembered: clients with others must shake hands anew. */
const MOST = 10_000;

/** Knows the certificates that the authorities of today vouched for. */
export class ClientCertificates {
  /** Until when each is valid, by its digest; in the order in which they were seen. */
  readonly #verified = new Map<string, number>();

  /** Mail addresses of the client's certificate; none without a certificate that was verified. */
  addressesOf(socket: TLSSocket): string[] {
    const { raw } = socket.getPeerCertificate();
    if (!socket.authorized || !(raw instanceof Uint8Array)) return [];
    const { fingerprint256: digest, validTo } = new X509Certificate(raw);
    if (socket.isSessionReused()) {
      const end = this.#verified.get(digest);
      if (end === undefined || end < Date.now()) return [];
    } else this.#remember(digest, Date.parse(validTo));
    return mailAddressesOf(raw);
  }

  #remember(digest: string, end: number): void {
    this.#verified.delete(digest);
    this.#verified.set(digest, end);
    for (const oldest of this.#verified.keys()) {
      if (this.#verified.size <= MOST) break;
      this.#verified.delete(oldest);
    }
  }
}
