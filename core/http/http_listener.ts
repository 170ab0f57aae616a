/**
 * One address at which HTTP is served, by `Deno.serve`. That bounds the size of a request's header (64 KB in Deno 2.9, more
 * in earlier ones), but not the time in which it comes, nor how long a connection stays without a request, nor how many
 * connections there are. Where strangers can connect, a proxy that bounds all this belongs in front.
 */
import type { ListenAddress } from "../config/listen_address.ts";
import { ListenError } from "../server/listener.ts";
import type { Certificate } from "../server/tls/certificate.ts";

/** Answers a request of a client at that address. Must not reject. */
export type HandleRequest = (
  request: Request,
  info: Deno.ServeHandlerInfo<Deno.NetAddr>,
  stop: AbortSignal,
) => Promise<Response>;

/** Serves until it is disposed of. */
export class HttpListener implements AsyncDisposable {
  /** With the real port, where the configuration left it open. */
  readonly address: ListenAddress;
  readonly #handle: HandleRequest;
  readonly #stop = new AbortController();
  #serving: Serving;
  /** Those before it, whose requests have not all been answered. */
  readonly #retired = new Set<Promise<void>>();

  /** Begins at once. @throws ListenError. */
  constructor(address: ListenAddress, certificate: Certificate | undefined, handle: HandleRequest) {
    this.#handle = handle;
    this.#serving = this.#serve(address, certificate);
    this.address = { ...address, port: this.#serving.server.addr.port };
  }

  /** Handshakes are with this one from now on; requests that are there are answered. @throws ListenError. */
  useCertificate(certificate: Certificate): void {
    if (this.address.security !== "tls") return;
    const before = this.#serving;
    this.#serving = this.#serve(this.address, certificate);
    const retired = before.server.shutdown().finally(() => this.#retired.delete(retired));
    this.#retired.add(retired);
  }

  /** Accepts nobody any more; resolves when all requests have been answered. */
  async shut(): Promise<void> {
    this.#serving.isShut = true;
    await Promise.all([this.#serving.server.shutdown(), ...this.#retired]);
  }

  /** What has not been answered is told to come again. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    // After a shutdown the runtime cannot break off; answers that nobody reads end with the process.
    if (this.#serving.isShut) return;
    this.#serving.isShut = true;
    this.#serving.end.abort();
    await this.#serving.server.finished;
  }

  #serve({ hostname, port, security }: ListenAddress, certificate: Certificate | undefined): Serving {
    const end = new AbortController();
    const { signal } = this.#stop;
    const tls = security === "tls" && certificate && { cert: certificate.certificate, key: certificate.key };
    try {
      const server = Deno.serve({
        ...{ hostname, port, signal: end.signal, onListen() {} },
        // Listeners under TLS share their port, so that another certificate can take over.
        ...tls && { ...tls, reusePort: true },
        handler: (request, info) => this.#handle(request, info, signal),
      });
      return { server, end, isShut: false };
    } catch (error) {
      throw new ListenError({ hostname, port }, error);
    }
  }
}

interface Serving {
  readonly server: Deno.HttpServer<Deno.NetAddr>;
  /** Breaks off. */
  readonly end: AbortController;
  isShut: boolean;
}
