/** Accepts from one listening socket, whatever becomes of the clients before. */
import type { Logger } from "../contract/logger.ts";
import { messageOf } from "../wire/error_message.ts";

/** What can be accepted from: `Deno.listen` and `Deno.listenTls` make them. */
export interface AcceptsSockets<Socket> {
  /** The next client's. */
  accept(): Promise<Socket>;
  /** Those who have come and were not accepted are reset. */
  close(): void;
}

/** Milliseconds to wait where accepting fails for want of something, such as file descriptors. */
const RESPITE = 100;
/** Milliseconds between two lines of the log about that: it may go on for hours. */
const SILENCE = 60_000;
/** Milliseconds in which those who have come are accepted, and how often they may be more again. */
const TURN = 10, MOST_TURNS = 50;

/** Hands each socket over at once. */
export class Acceptor<Socket> implements Disposable {
  readonly #listener: AcceptsSockets<Socket>;
  readonly #log: Logger;
  readonly #take: (socket: Socket) => void;
  #accepted = 0;
  #isClosed = false;

  /**
   * Begins at once.
   *
   * @param listener It is the acceptor's from now on.
   * @param log With the address bound to it.
   * @param take Must not throw.
   */
  constructor(listener: AcceptsSockets<Socket>, log: Logger, take: (socket: Socket) => void) {
    this.#listener = listener;
    this.#log = log;
    this.#take = take;
    this.#accept();
  }

  /** Accepts nobody any more. Sockets that were handed over stay. */
  [Symbol.dispose](): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#listener.close();
  }

  /**
   * Closes once all who have come have been accepted, where another socket listens on the same port meanwhile. Whoever is
   * in the middle of connecting to this one just then has to try again: the system gives him no other
   * (`net.ipv4.tcp_migrate_req` changes that).
   */
  async retire(): Promise<void> {
    let before = -1;
    for (let turns = 0; turns < MOST_TURNS && before !== this.#accepted; turns++) {
      before = this.#accepted;
      await new Promise((resolve) => setTimeout(resolve, TURN));
    }
    this[Symbol.dispose]();
  }

  async #accept(): Promise<void> {
    let toldAt = -SILENCE;
    // Not `for await`: that ends for good when one client resets its connection before it is accepted.
    while (!this.#isClosed) {
      try {
        const socket = await this.#listener.accept();
        this.#accepted++;
        this.#take(socket);
      } catch (error) {
        if (this.#isClosed) return;
        if (isOfOneClient(error)) continue;
        if (performance.now() - toldAt >= SILENCE) {
          toldAt = performance.now();
          this.#log.error(`cannot accept connections; it is tried again and again${adviceFor(error)}`, { error });
        }
        await new Promise((resolve) => setTimeout(resolve, RESPITE));
      }
    }
  }
}

/** EMFILE, ENFILE: clients hold all descriptors there are. */
function adviceFor(error: unknown): string {
  return !/too many open files/i.test(messageOf(error)) ? "" : "; raise the limit of open files (ulimit -n, " +
    "systemd's LimitNOFILE), or lower limits.connections";
}

function isOfOneClient(error: unknown): boolean {
  return error instanceof Deno.errors.NotConnected || error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.ConnectionAborted;
}
