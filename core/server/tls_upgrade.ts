/**
 * TLS on a stream that is there already: STARTTLS, and `tls` listeners of the engine `node`. `Deno.startTls` is for
 * clients only, so this is `node:tls` over the accepted connection; no other file knows.
 */
import { createSecureContext, createServer, type SecureContext, TLSSocket } from "node:tls";
import type { ChannelBinding, TlsInfo } from "../contract/connection.ts";
import type { Certificate } from "./certificate.ts";
import type { SecuredStream } from "./connection.ts";
import { duplexOver, streamOver } from "./duplex_stream.ts";
import type { EndableStream } from "./socket_stream.ts";

/** Performs handshakes with the certificate that it was last given. */
export class TlsUpgrade {
  #certificate: Certificate;
  /** Shared, so that clients can resume sessions. */
  #context: SecureContext;

  /** @param certificate Checked. */
  constructor(certificate: Certificate) {
    this.#certificate = certificate;
    this.#context = contextOf(certificate);
  }

  /** For handshakes from now on. */
  useCertificate(certificate: Certificate): void {
    this.#certificate = certificate;
    this.#context = contextOf(certificate);
  }

  /** Performs the handshake; the stream belongs to the session from then on. @throws what went wrong with it. */
  async perform(stream: EndableStream): Promise<SecuredStream & { readonly stream: EndableStream }> {
    const certificate = this.#certificate;
    const socket = await (certificate.clientAuthorities === undefined ? this.#plain(stream) : this.#asking(stream));
    return { stream: streamOver(socket), tls: infoOf(socket, certificate) };
  }

  #plain(stream: EndableStream): Promise<TLSSocket> {
    const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>();
    const socket = new TLSSocket(duplexOver(stream), { isServer: true, secureContext: this.#context });
    socket.once("secure", () => resolve(socket));
    failing(socket, reject);
    return promise;
  }

  /**
   * Only a server verifies its clients' certificates, and it does not tell whose session it is that has begun: each
   * has a server of its own.
   */
  #asking(stream: EndableStream): Promise<TLSSocket> {
    const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>();
    const { certificate, key, clientAuthorities } = this.#certificate;
    const server = createServer({
      ...{ cert: certificate, key, ca: clientAuthorities, requestCert: true },
      // Whoever has none proves himself by other means.
      rejectUnauthorized: false,
    });
    server.once("secureConnection", resolve);
    server.once("tlsClientError", reject);
    const duplex = duplexOver(stream);
    failing(duplex, reject);
    server.emit("connection", duplex);
    return promise;
  }
}

function failing(socket: ReturnType<typeof duplexOver>, reject: (error: Error) => void): void {
  // After the handshake these are nobody's: the session's own listeners see what concerns them.
  socket.on("error", reject);
  socket.once("close", () => reject(new Error("the client left during the handshake")));
}

function contextOf({ certificate, key }: Certificate): SecureContext {
  return createSecureContext({ cert: certificate, key });
}

function infoOf(socket: TLSSocket, { endPoint }: Certificate): TlsInfo {
  const version = socket.getProtocol() ?? "TLS";
  const serverName = nameOf(socket);
  const unique = version === "TLSv1.2" ? firstFinished(socket) : undefined;
  const bindings: Readonly<Record<ChannelBinding, Uint8Array | undefined>> = {
    // The runtime has no exporter (RFC 9266).
    "tls-exporter": undefined,
    "tls-server-end-point": endPoint,
    "tls-unique": unique,
  };
  return {
    version,
    cipher: socket.getCipher().name,
    ...serverName !== undefined && { serverName },
    clientAddresses: socket.authorized ? addressesOf(socket) : [],
    channelBinding: (type) => bindings[type],
  };
}

/** RFC 5929 §3.1: the first Finished message, which is the client's unless the session was resumed (RFC 5246 §7.3). */
function firstFinished(socket: TLSSocket): Uint8Array | undefined {
  const message = socket.isSessionReused() ? socket.getFinished() : socket.getPeerFinished();
  return message === undefined ? undefined : new Uint8Array(message);
}

/** Node has it; its types do not. */
function nameOf(socket: TLSSocket): string | undefined {
  const name: unknown = Reflect.get(socket, "servername");
  return typeof name === "string" && name !== "" ? name : undefined;
}

/** RFC 5280 §4.2.1.6, rfc822Name. Node writes `email:a@example.org, DNS:x`, and quotes what could be taken for two. */
function addressesOf(socket: TLSSocket): string[] {
  const { subjectaltname: names = "" } = socket.getPeerCertificate();
  return names.split(", ").flatMap((name) => /^email:([^\s"]+@[^\s"]+)$/.exec(name)?.[1] ?? []);
}
