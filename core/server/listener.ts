/** One address that is listened on, as it comes or under TLS by `Deno.listenTls`. */
import type { ListenAddress } from "../config/listen_address.ts";
import type { Logger } from "../contract/logger.ts";
import { formatHostPort, type HostPort } from "../options/host_port.ts";
import { messageOf } from "../wire/error_message.ts";
import { Acceptor } from "./acceptor.ts";
import type { Certificate } from "./tls/certificate.ts";

/** An address that cannot be listened on. */
export class ListenError extends Error {
  override readonly name = "ListenError";

  /** Says which and why, for the operator. */
  constructor(address: HostPort, cause: unknown) {
    super(`${formatHostPort(address)} cannot be listened on: ${reasonOf(address, cause)}`, { cause });
  }
}

/** What came in. */
export interface Accepted {
  /** Its handshake, where there is to be one, has not begun. */
  readonly socket: Deno.TcpConn | Deno.TlsConn;
  /** What `Deno.listenTls` shakes hands with; absent: the socket comes as it is. */
  readonly certificate: Certificate | undefined;
}

/** What is ready to take a listener's place. Disposing of it lets go of it where it has not been taken up. */
export interface Replacement extends Disposable {
  /** Accepts from now on; resolves when the one before accepts nobody any more. */
  take(): Promise<void>;
}

/** Sees whether an address can be listened on. @throws ListenError. */
export function probe(address: ListenAddress): void {
  listen(address).close();
}

/** How a listener is opened. */
export interface Opening {
  /** Under TLS by `Deno.listenTls`; absent: sockets come as they are. */
  readonly certificate: Certificate | undefined;
  /** Whether other threads of this program listen at the address too: the system divides clients among them. */
  readonly isShared: boolean;
}

/** Clients that may wait to be accepted. */
const BACKLOG = 1024;

/** Listens; each socket is handed over at once. */
export class Listener implements Disposable {
  /** With the real port, where the configuration left it open. */
  readonly address: ListenAddress;
  readonly #log: Logger;
  readonly #take: (accepted: Accepted) => void;
  #acceptor: Acceptor<Accepted["socket"]>;

  /**
   * @param take Must not throw.
   * @throws ListenError.
   */
  constructor(
    address: ListenAddress,
    { certificate, isShared }: Opening,
    log: Logger,
    take: (accepted: Accepted) => void,
  ) {
    this.#take = take;
    if (certificate === undefined) {
      const listener = listen(address, isShared);
      this.address = { ...address, port: listener.addr.port };
      this.#log = log.child({ address: formatHostPort(this.address) });
      this.#acceptor = this.#accept(listener, certificate);
    } else {
      this.address = { ...address, port: isShared && address.port !== 0 ? address.port : freePort(address) };
      this.#log = log.child({ address: formatHostPort(this.address) });
      this.#acceptor = this.#accept(listenTls(this.address, certificate), certificate);
    }
  }

  /**
   * Makes ready for handshakes with another certificate, which takes another listener; while it takes the place of the
   * one before there are both.
   *
   * @throws ListenError; everything is then as it was.
   */
  prepare(certificate: Certificate): Replacement {
    const listener = listenTls(this.address, certificate);
    let isTaken = false;
    return {
      take: async () => {
        isTaken = true;
        const before = this.#acceptor;
        this.#acceptor = this.#accept(listener, certificate);
        await before.retire();
      },
      [Symbol.dispose]() {
        if (!isTaken) listener.close();
      },
    };
  }

  /** Listens no more. Sockets that were handed over stay. */
  [Symbol.dispose](): void {
    this.#acceptor[Symbol.dispose]();
  }

  #accept(
    listener: Deno.Listener<Accepted["socket"]>,
    certificate: Certificate | undefined,
  ): Acceptor<Accepted["socket"]> {
    return new Acceptor(listener, this.#log, (socket) => this.#take({ socket, certificate }));
  }
}

/**
 * The port of an address, which nobody else has: listeners under TLS share theirs, so that it is seen without. Not to be
 * asked where others of this program listen: clients that the system gives to a socket which is closed again are reset.
 */
function freePort(address: ListenAddress): number {
  const listener = listen(address);
  const { port } = listener.addr;
  listener.close();
  return port;
}

function listen({ hostname, port }: ListenAddress, reusePort = false): Deno.TcpListener {
  try {
    return Deno.listen({ hostname, port, reusePort, tcpBacklog: BACKLOG });
  } catch (error) {
    throw new ListenError({ hostname, port }, error);
  }
}

function listenTls({ hostname, port }: ListenAddress, { certificate: cert, key }: Certificate): Deno.TlsListener {
  try {
    return Deno.listenTls({ hostname, port, cert, key, reusePort: true, tcpBacklog: BACKLOG });
  } catch (error) {
    throw new ListenError({ hostname, port }, error);
  }
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
  return messageOf(error);
}
