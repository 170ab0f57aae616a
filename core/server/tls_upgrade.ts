/**
 * TLS on a stream that is there already: STARTTLS, and `tls` listeners of the engine `node`. `Deno.startTls` is for
 * clients only, so this is `node:tls` over the accepted connection; no other file knows.
 */
import type { Duplex } from "node:stream";
import { createSecureContext, createServer, type SecureContext, TLSSocket } from "node:tls";
import type { TlsInfo } from "../contract/connection.ts";
import type { ByteStream } from "../wire/byte_stream.ts";
import type { Certificate } from "./certificate.ts";
import { ClientCertificates } from "./client_certificates.ts";
import type { SecuredStream } from "./connection.ts";
import { duplexOver, streamOver, Valve } from "./duplex_stream.ts";

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
    const { clientAuthorities } = this.#certificate;
    const socket = await (clientAuthorities === undefined ? this.#plain(below) : this.#asking(below));
    if (socket.destroyed) throw new Error(LEFT);
    const secured = streamOver(socket, valve);
    return {
      stream: {
        ...secured,
        close() {
          secured.close();
          // The engine would come to it, but later.
          below.destroy();
        },
      },
      tls: this.#infoOf(socket),
    };
  }

  #plain(below: Duplex): Promise<TLSSocket> {
    const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>();
    const socket = new TLSSocket(below, { isServer: true, secureContext: this.#context });
    socket.once("secure", () => resolve(socket));
    failing(socket, reject);
    return promise;
  }

  /**
   * Only a server verifies its clients' certificates, and it does not tell whose session it is that has begun: each
   * has a server of its own.
   */
  #asking(below: Duplex): Promise<TLSSocket> {
    const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>();
    const { certificate, key, clientAuthorities } = this.#certificate;
    const server = createServer({
      ...{ cert: certificate, key, ca: clientAuthorities, requestCert: true },
      // Whoever has none proves himself by other means.
      rejectUnauthorized: false,
      // Not its own timer: that would hold what it belongs to long after the handshake has failed.
      handshakeTimeout: -1,
    });
    server.once("secureConnection", resolve);
    server.once("tlsClientError", reject);
    failing(below, reject);
    server.emit("connection", below);
    return promise;
  }

  #infoOf(socket: TLSSocket): TlsInfo {
    const { clientAuthorities, endPoint } = this.#certificate;
    const serverName = nameOf(socket);
    return {
      version: socket.getProtocol() ?? "TLS",
      cipher: socket.getCipher().name,
      ...serverName !== undefined && { serverName },
      clientAddresses: clientAuthorities === undefined ? [] : this.#clients.addressesOf(socket),
      // The runtime has no exporter (RFC 9266), and what it calls Finished messages are values of its own making, not
      // those of the handshake (RFC 5929 §3.1): a client that bound to those would be refused.
      channelBinding: (type) => type === "tls-server-end-point" ? endPoint : undefined,
    };
  }
}

function failing(socket: Duplex, reject: (error: Error) => void): void {
  // After the handshake these are nobody's: the session's own listeners see what concerns them.
  socket.on("error", reject);
  socket.once("close", () => reject(new Error(LEFT)));
}

/** Node has it; its types do not. */
function nameOf(socket: TLSSocket): string | undefined {
  const name: unknown = Reflect.get(socket, "servername");
  return typeof name === "string" && name !== "" ? name : undefined;
}
