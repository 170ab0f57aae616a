/** Where HTTP comes in: all addresses of `http` in the configuration. */
import { formatListenAddress, type ListenAddress } from "../config/listen_address.ts";
import type { ServerConfig } from "../config/server_config.ts";
import type { Logger } from "../contract/logger.ts";
import { formatHostPort } from "../options/host_port.ts";
import type { Certificate } from "../server/tls/certificate.ts";
import { beforeDeadline } from "../wire/in_time.ts";
import { answer, type AnswerTimes, plain } from "./answer.ts";
import { HttpListener } from "./http_listener.ts";
import type { RouteTable } from "./route_table.ts";

/**
 * Does some work with the routes of an address, as `formatListenAddress` writes it: their plugins are not stopped before the
 * work is done.
 */
export type UseRoutes = (address: string, work: (routes: RouteTable) => Promise<void>) => Promise<void>;

/** What is opened. */
export interface HttpDoorParts {
  /** Its addresses. */
  readonly config: Pick<ServerConfig, "http">;
  /** For `tls`. */
  readonly certificate: Certificate | undefined;
  /** Requests, a line each. */
  readonly log: Logger;
  /** Gives the routes for one request. */
  readonly use: UseRoutes;
  /** Default: as `answer` has it. */
  readonly times?: AnswerTimes;
}

/** Requests that are answered at a time; others are told to come again. */
const MOST = 256;

/** Open until it is disposed of. */
export class HttpDoor implements AsyncDisposable {
  readonly #parts: HttpDoorParts;
  readonly #listeners: HttpListener[] = [];
  #certificate: Certificate | undefined;
  #requests = 0;

  /** A door that is not open yet. */
  constructor(parts: HttpDoorParts) {
    this.#parts = parts;
    this.#certificate = parts.certificate;
  }

  /** Where it listens, in the order of the configuration. */
  get addresses(): readonly ListenAddress[] {
    return this.#listeners.map(({ address }) => address);
  }

  /** Listens. @throws ListenError; it is then to be disposed of. */
  open(): void {
    for (const [name, address] of httpAddresses(this.#parts.config)) {
      const log = this.#parts.log.child({ http: formatHostPort(address) });
      this.#listeners.push(
        new HttpListener(
          address,
          this.#certificate,
          (request, info, stop) => this.#handle(request, info, stop, name, log),
        ),
      );
    }
  }

  /** Handshakes are with this one from now on. @throws ListenError. */
  useCertificate(certificate: Certificate | undefined): void {
    if (certificate === undefined || this.#certificate === undefined) return;
    const { certificate: chain, key } = this.#certificate;
    if (chain === certificate.certificate && key === certificate.key) return;
    for (const listener of this.#listeners) listener.useCertificate(certificate);
    // Last: where one of them could not take it, another reload tries all of them again.
    this.#certificate = certificate;
  }

  /** Accepts nobody any more; resolves when all requests have been answered, or when the signal aborts. */
  async drain(deadline: AbortSignal): Promise<void> {
    await beforeDeadline(Promise.all(this.#listeners.map((listener) => listener.shut())), deadline);
  }

  /** Breaks off what has not been answered. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#listeners.splice(0).map((listener) => listener[Symbol.asyncDispose]()));
  }

  #handle(
    request: Request,
    { remoteAddr, completed }: Deno.ServeHandlerInfo<Deno.NetAddr>,
    stop: AbortSignal,
    name: string,
    log: Logger,
  ): Promise<Response> {
    const peer = remoteAddr.hostname;
    if (this.#requests >= MOST) {
      log.debug("turned away: too many requests at a time", { peer });
      return Promise.resolve(plain(503));
    }
    const { promise, resolve } = Promise.withResolvers<Response>();
    const { use, times } = this.#parts;
    this.#requests++;
    use(name, async (routes) => {
      resolve(await answer(request, { routes, peer, log, stop, ...times && { times } }));
      // Until the answer has gone, or the client has.
      await completed.catch(() => {});
    }).catch((error) => {
      log.error("a request was not answered as it should be", { error });
      resolve(plain(500));
    }).finally(() => this.#requests--);
    return promise;
  }
}

/** Each address once, by its name. */
export function httpAddresses({ http }: Pick<ServerConfig, "http">): ReadonlyMap<string, ListenAddress> {
  return new Map(http.flatMap(({ listen }) => listen.map((address) => [formatListenAddress(address), address])));
}
