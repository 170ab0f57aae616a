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
export type AcceptedSocket = Deno.TcpConn | Deno.TlsConn;

/** Listens; each socket is handed over at once. */
export class Listener implements Disposable {
  /** With the real port, where the configuration left it open. */
  readonly address: ListenAddress;
  readonly #log: Logger;
  readonly #take: (socket: AcceptedSocket) => void;
  #socket: Deno.Listener<AcceptedSocket, Deno.NetAddr>;
  #isClosed = false;

  /**
   * @param certificate Under TLS by `Deno.listenTls`; absent: sockets come as they are.
   * @param take Must not throw.
   * @throws ListenError.
   */
  constructor(
    address: ListenAddress,
    certificate: Certificate | undefined,
    log: Logger,
    take: (socket: AcceptedSocket) => void,
  ) {
    this.#log = log;
    this.#take = take;
    try {
      this.#socket = certificate === undefined ? listen(address) : listenAlone(address, certificate);
    } catch (error) {
      throw new ListenError(address, error);
    }
    this.address = { ...address, port: this.#socket.addr.port };
    this.#accept(this.#socket);
  }

  /** Handshakes from now on are with this certificate. */
  useCertificate(certificate: Certificate): void {
    const before = this.#socket;
    // Only Linux shares ports; elsewhere there is a moment in which nobody listens.
    const isShared = Deno.build.os === "linux";
    if (!isShared) before.close();
    this.#socket = listenTls(this.address, certificate);
    this.#accept(this.#socket);
    if (isShared) before.close();
  }

  /** Listens no more. Sockets that were handed over stay. */
  [Symbol.dispose](): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.close();
  }

  async #accept(listener: Deno.Listener<AcceptedSocket, Deno.NetAddr>): Promise<void> {
    // Not `for await`: that ends for good when one client resets its connection before it is accepted.
    while (listener === this.#socket && !this.#isClosed) {
      try {
        this.#take(await listener.accept());
      } catch (error) {
        if (listener !== this.#socket || this.#isClosed) return;
        if (isOfOneClient(error)) continue;
        this.#log.error("cannot accept a connection", { address: formatHostPort(this.address), error });
        await new Promise((resolve) => setTimeout(resolve, RESPITE));
      }
    }
  }
}

function isOfOneClient(error: unknown): boolean {
  return error instanceof Deno.errors.NotConnected || error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.ConnectionAborted;
}

function listen({ hostname, port }: ListenAddress): Deno.TcpListener {
  return Deno.listen({ hostname, port, tcpBacklog: BACKLOG });
}

/**
 * Another certificate takes another listener on the same port, so the port is shared (SO_REUSEPORT). Whether somebody
 * else listens there is seen before: afterwards the port would be shared with him too.
 */
function listenAlone(address: ListenAddress, certificate: Certificate): Deno.TlsListener {
  const probe = listen(address);
  const { port } = probe.addr;
  probe.close();
  return listenTls({ ...address, port }, certificate);
}

function listenTls({ hostname, port }: ListenAddress, { certificate, key }: Certificate): Deno.TlsListener {
  return Deno.listenTls({ hostname, port, cert: certificate, key, reusePort: true, tcpBacklog: BACKLOG });
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
