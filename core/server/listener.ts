/** One address that is listened on: sockets come in one by one, whatever becomes of the last. */
import type { ListenAddress } from "../config/listen_address.ts";
import type { Logger } from "../contract/logger.ts";
import { formatHostPort, type HostPort } from "../options/host_port.ts";
import type { Certificate } from "./certificate.ts";

/** An address that cannot be listened on. */
export class ListenError extends Error {
  override readonly name = "ListenError";

  /** Says which and why, for the operator. */
  constructor(address: HostPort, cause: unknown) {
    super(`${formatHostPort(address)} cannot be listened on: ${reasonOf(address, cause)}`, { cause });
  }
}

/** Clients that may wait to be accepted. */
const BACKLOG = 1024;
/** Milliseconds to wait where accepting fails for want of something, such as file descriptors. */
const RESPITE = 100;

/** What came in. */
export interface Accepted {
  /** Its handshake, where there is to be one, has not begun. */
  readonly socket: Deno.TcpConn | Deno.TlsConn;
  /** What `Deno.listenTls` shakes hands with; absent: the socket comes as it is. */
  readonly certificate: Certificate | undefined;
}

interface Socket {
  readonly listener: Deno.Listener<Accepted["socket"], Deno.NetAddr>;
  readonly certificate: Certificate | undefined;
}

/** What is ready to take a listener's place. Disposing of it lets go of it where it has not been taken up. */
export interface Replacement extends Disposable {
  /** From now on. */
  take(): void;
}

/** Listens; each socket is handed over at once. */
export class Listener implements Disposable {
  /** With the real port, where the configuration left it open. */
  readonly address: ListenAddress;
  readonly #log: Logger;
  readonly #take: (accepted: Accepted) => void;
  #socket: Socket | undefined;

  /**
   * @param certificate Under TLS by `Deno.listenTls`; absent: sockets come as they are.
   * @param take Must not throw.
   * @throws ListenError.
   */
  constructor(
    address: ListenAddress,
    certificate: Certificate | undefined,
    log: Logger,
    take: (accepted: Accepted) => void,
  ) {
    this.#log = log;
    this.#take = take;
    // Listeners with a certificate share their socket with one another: whether somebody listens is seen without.
    const first = open(address, undefined);
    this.address = { ...address, port: first.listener.addr.port };
    if (certificate !== undefined) first.listener.close();
    this.#listenOn(certificate === undefined ? first : open(this.address, certificate));
  }

  /**
   * Makes ready for handshakes with another certificate. Nobody is turned away meanwhile: the listeners of a process
   * share one socket, and with it those who wait to be accepted.
   *
   * @throws ListenError; everything is then as it was.
   */
  prepare(certificate: Certificate): Replacement {
    const socket = open(this.address, certificate);
    return {
      take: () => this.#listenOn(socket),
      [Symbol.dispose]: () => {
        if (this.#socket !== socket) socket.listener.close();
      },
    };
  }

  /** Listens no more. Sockets that were handed over stay. */
  [Symbol.dispose](): void {
    this.#listenOn(undefined);
  }

  #listenOn(socket: Socket | undefined): void {
    const before = this.#socket;
    this.#socket = socket;
    if (socket !== undefined) this.#accept(socket);
    before?.listener.close();
  }

  async #accept(socket: Socket): Promise<void> {
    const { listener, certificate } = socket;
    let isFailing = false;
    // Not `for await`: that ends for good when one client resets its connection before it is accepted.
    while (socket === this.#socket) {
      try {
        this.#take({ socket: await listener.accept(), certificate });
        if (isFailing) this.#log.info("accepting again", { address: formatHostPort(this.address) });
        isFailing = false;
      } catch (error) {
        if (socket !== this.#socket) return;
        if (isOfOneClient(error)) continue;
        if (!isFailing) {
          this.#log.error("cannot accept connections; trying on", { address: formatHostPort(this.address), error });
        }
        isFailing = true;
        await new Promise((resolve) => setTimeout(resolve, RESPITE));
      }
    }
  }
}

function open(address: ListenAddress, certificate: Certificate | undefined): Socket {
  const where = { hostname: address.hostname, port: address.port, tcpBacklog: BACKLOG };
  try {
    if (certificate === undefined) return { listener: Deno.listen(where), certificate };
    const { certificate: cert, key } = certificate;
    return { listener: Deno.listenTls({ ...where, cert, key, reusePort: true }), certificate };
  } catch (error) {
    throw new ListenError(address, error);
  }
}

function isOfOneClient(error: unknown): boolean {
  return error instanceof Deno.errors.NotConnected || error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.ConnectionAborted;
}

function reasonOf({ hostname, port }: HostPort, error: unknown): string {
  if (error instanceof Deno.errors.AddrInUse) {
    return `the port is in use; stop the program that listens there (ss -ltnp "sport = :${port}"), or choose another`;
  }
  if (error instanceof Deno.errors.AddrNotAvailable) return `this machine has no address ${hostname}`;
  if (error instanceof Deno.errors.NotCapable) return `run with --allow-net=${formatHostPort({ hostname, port })}`;
  if (error instanceof Deno.errors.PermissionDenied && port < 1024) {
    return "ports below 1024 need the right to bind them (CAP_NET_BIND_SERVICE)";
  }
  return error instanceof Error ? error.message : String(error);
}
