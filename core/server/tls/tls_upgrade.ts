/**
 * TLS on a stream that is there already: STARTTLS, and `tls` listeners of the engine `node`. `Deno.startTls` is for
 * clients only, so this is `node:tls` over the accepted connection; no other file knows.
 */
import type { Duplex } from "node:stream";
import { createSecureContext, createServer, type SecureContext, TLSSocket } from "node:tls";
import type { TlsInfo } from "../../contract/connection.ts";
import type { ByteStream } from "../../wire/byte_stream.ts";
import type { SecuredStream } from "../connection.ts";
import type { Certificate } from "./certificate.ts";
import { ClientCertificates } from "./client_certificates.ts";
import { duplexOver, stir, streamOver, Valve } from "./duplex_stream.ts";

const LEFT = "the client left during the handshake";

/** Performs handshakes with one certificate. */
export class TlsUpgrade {
  readonly #certificate: Certificate;
  readonly #context: SecureContext;
  readonly #clients = new ClientCertificates();

  /** @param certificate Checked. */
  constructor(certificate: Certificate) {
    this.#certificate = certificate;
    this.#context = createSecureContext({ cert: certificate.certificate, key: certificate.key });
  }

  /** Performs the handshake; the stream belongs to the session from then on. @throws what went wrong with it. */
  async perform(stream: ByteStream): Promise<SecuredStream> {
    const valve = new Valve();
    const below = duplexOver(stream, valve);
    const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>();
    // After the handshake these are nobody's: the session's own listeners see what concerns them.
    below.on("error", reject);
    below.once("end", () => reject(new Error(LEFT)));
    below.once("close", () => reject(new Error(LEFT)));
    if (this.#certificate.clientAuthorities === undefined) this.#begin(below, resolve, reject);
    else this.#beginAsking(below, resolve, reject);
    const socket = await this.#begun(below, promise);
    const secured = streamOver(socket, valve);
    return {
      stream: {
        ...secured,
        async end() {
          await secured.end();
          stir(below);
        },
        close() {
          secured.close();
          // The engine would come to it, but later.
          below.destroy();
        },
      },
      tls: this.#infoOf(socket),
    };
  }

  /** However it fails, what is below goes: the engine keeps all of a handshake whose client has ended it half-way. */
  async #begun(below: Duplex, secured: Promise<TLSSocket>): Promise<TLSSocket> {
    try {
      const socket = await secured;
      if (socket.destroyed) throw new Error(LEFT);
      return socket;
    } catch (error) {
      below.destroy();
      throw error;
    }
  }

  #begin(below: Duplex, done: (socket: TLSSocket) => void, failed: (error: Error) => void): void {
    const socket = new TLSSocket(below, { isServer: true, secureContext: this.#context });
    socket.once("secure", () => done(socket));
    socket.on("error", failed);
  }

  /**
   * Only a server verifies its clients' certificates, and it does not tell whose session it is that has begun: each
   * has a server of its own.
   */
  #beginAsking(below: Duplex, done: (socket: TLSSocket) => void, failed: (error: Error) => void): void {
    const { certificate, key, clientAuthorities } = this.#certificate;
    const server = createServer({
      ...{ cert: certificate, key, ca: clientAuthorities, requestCert: true },
      // Whoever has none proves himself by other means.
      rejectUnauthorized: false,
      // Not its own timer: that would hold what it belongs to long after the handshake has failed.
      handshakeTimeout: -1,
    });
    server.once("secureConnection", done);
    server.once("tlsClientError", failed);
    server.emit("connection", below);
  }

  #infoOf(socket: TLSSocket): TlsInfo {
    const { clientAuthorities, endPoint } = this.#certificate;
    const serverName = nameOf(socket);
    return {
      version: socket.getProtocol() ?? "TLS",
      cipher: socket.getCipher().standardName,
      ...serverName !== undefined && { serverName },
      clientAddresses: clientAuthorities === undefined ? [] : this.#clients.addressesOf(socket),
      // The runtime has no exporter (RFC 9266), and what it calls Finished messages are values of its own making, not
      // those of the handshake (RFC 5929 §3.1): a client that bound to those would be refused.
      channelBinding: (type) => type === "tls-server-end-point" ? endPoint : undefined,
    };
  }
}

/** Node has it; its types do not. */
function nameOf(socket: TLSSocket): string | undefined {
  const name: unknown = Reflect.get(socket, "servername");
  return typeof name === "string" && name !== "" ? name : undefined;
}
