/** Where clients come in: all listeners of a configuration, and the connections that came through them. */
import type { ListenAddress } from "../config/listen_address.ts";
import type { ServerConfig } from "../config/server_config.ts";
import type { Connection, Protocol } from "../contract/connection.ts";
import type { Logger } from "../contract/logger.ts";
import type { OpenConnections } from "../sasl/open_connections.ts";
import { BufferPool } from "../wire/buffer_pool.ts";
import { ConnectionClosed, DeadlineExceeded, Stopping } from "../wire/errors.ts";
import { beforeDeadline, endsWithin } from "../wire/in_time.ts";
import { encodeUtf8 } from "../wire/utf8.ts";
import { type WaitClock, Waits } from "../wire/waits.ts";
import type { Places, TurnedAway } from "./connection_counts.ts";
import { type Accepted, Listener } from "./listener.ts";
import { type Arrival, arrivalOf, openSession } from "./open_session.ts";
import type { SocketStream } from "./socket_stream.ts";
import type { Certificate } from "./tls/certificate.ts";
import { TlsUpgrade } from "./tls/tls_upgrade.ts";

/** The protocols of a configuration, as new sessions get them. */
export interface ServedProtocols {
  /** Serves a connection with the protocol of that place in the configuration. */
  serve(index: number, connection: Connection, stop: AbortSignal): Promise<void>;
  /** What that protocol tells those for whom there is no room. */
  tooMany(index: number): Protocol["tooMany"];
}

/** What is opened. */
export interface DoorParts {
  /** The TLS of its listeners. */
  readonly config: Pick<ServerConfig, "tls">;
  /** Its listeners. */
  readonly addresses: readonly Bound[];
  /** Of several threads with a door at the same addresses, which this is, from 1 on; absent: there is only this one. */
  readonly thread?: number | undefined;
  /** Where clients are counted. */
  readonly places: Places;
  /** Read from the configuration's files. */
  readonly certificate: Certificate | undefined;
  /** Events of listeners and connections. */
  readonly log: Logger;
  /** Those that are open: added when they can be served, removed at their end. */
  readonly connections: Pick<OpenConnections, "add" | "delete">;
  /** What comes in is handed to. */
  readonly protocols: ServedProtocols;
  /** For waits for clients; absent: as time goes by. */
  readonly clock?: WaitClock | undefined;
}

/** A listener and whose it is. */
export interface Bound {
  /** Of the protocol in the configuration. */
  readonly index: number;
  /** Of an open door with the real port, where the configuration left it open. */
  readonly address: ListenAddress;
}

/** Where a configuration's protocols are to listen. */
export function configured({ protocols }: Pick<ServerConfig, "protocols">): Bound[] {
  return protocols.flatMap(({ listen }, index) => listen.map((address) => ({ index, address })));
}

/** Milliseconds that a client has to close its side once it has been told the last word. */
const PARTING = 2000;
/** Milliseconds that the word to somebody who is turned away is waited for: in the clear, a new socket has room for it. */
const DISMISSAL = 1000;
/** Milliseconds that sessions have to give back what they hold once their connections are closed. */
const CLEARING = 5000;

/** Opens all listeners, or none. @throws ListenError. */
export function openDoor(parts: DoorParts): Door {
  using undo = new DisposableStack();
  const door = undo.adopt(new Door(parts), (door) => door.shut());
  door.open();
  undo.move();
  return door;
}

/** Open until it is disposed of. */
export class Door implements AsyncDisposable {
  readonly #parts: DoorParts;
  readonly #buffers = new BufferPool();
  readonly #stop = new AbortController();
  readonly #waits: Waits;
  readonly #listeners: { readonly index: number; readonly listener: Listener; readonly isTls: boolean }[] = [];
  readonly #sessions = new Set<Promise<void>>();
  readonly #streams = new Set<SocketStream>();
  #certificate: Certificate | undefined;
  #upgrade: TlsUpgrade | undefined;
  #number = 0;

  /** A door that is not open yet. */
  constructor(parts: DoorParts) {
    this.#parts = parts;
    this.#waits = new Waits(this.#stop.signal, parts.clock);
    this.#certificate = parts.certificate;
    this.#upgrade = parts.certificate && new TlsUpgrade(parts.certificate);
  }

  /** Where it listens, in the order of the configuration. */
  get bound(): readonly Bound[] {
    return this.#listeners.map(({ index, listener }) => ({ index, address: listener.address }));
  }

  /** Listens. @throws ListenError. */
  open(): void {
    const { config, addresses, thread, log } = this.#parts;
    for (const { index, address } of addresses) {
      const isTls = address.security === "tls" && config.tls?.engine === "deno";
      const opening = { certificate: isTls ? this.#certificate : undefined, isShared: thread !== undefined };
      const take = (accepted: Accepted) => this.#take(accepted, index, address);
      this.#listeners.push({ index, listener: new Listener(address, opening, log, take), isTls });
    }
  }

  /** Resolves when it is what all handshakes are with. @throws ListenError; everything is then as it was. */
  async useCertificate(certificate: Certificate | undefined): Promise<void> {
    if (certificate === undefined || this.#certificate === undefined) return;
    // Others would do, but why disturb those who are connecting.
    if (isSame(this.#certificate, certificate)) return;
    const upgrade = new TlsUpgrade(certificate);
    using undo = new DisposableStack();
    const replacements = this.#listeners.filter(({ isTls }) => isTls)
      .map(({ listener }) => undo.use(listener.prepare(certificate)));
    this.#certificate = certificate;
    this.#upgrade = upgrade;
    await Promise.all(replacements.map((replacement) => replacement.take()));
  }

  /** Accepts nobody any more; sessions end after the command in hand, or when the signal aborts. */
  async drain(deadline: AbortSignal): Promise<void> {
    this.shut();
    this.#stop.abort();
    await beforeDeadline(this.#allEnd(), deadline);
    this.#closeAll();
  }

  /** Accepts nobody any more. */
  shut(): void {
    for (const { listener } of this.#listeners) listener[Symbol.dispose]();
  }

  /** Breaks off what has not ended, and lets sessions give back what they hold. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.shut();
    this.#stop.abort();
    this.#closeAll();
    await endsWithin(this.#allEnd(), CLEARING);
    if (this.#sessions.size > 0) this.#parts.log.error("sessions did not end", { sessions: this.#sessions.size });
    for (const stream of this.#streams) stream.release();
    this.#waits[Symbol.dispose]();
  }

  async #allEnd(): Promise<void> {
    await Promise.all(this.#sessions);
  }

  #closeAll(): void {
    for (const stream of this.#streams) stream.close();
  }

  #take(accepted: Accepted, index: number, address: ListenAddress): void {
    const arrival = arrivalOf(accepted);
    const { stream, peer: { hostname: peer } } = arrival;
    const place = this.#parts.places.enter(peer);
    this.#streams.add(stream);
    stream.released.then(() => {
      if (!("limit" in place)) place[Symbol.dispose]();
      this.#streams.delete(stream);
    });
    const served = "limit" in place
      ? this.#turnAway(arrival, place, this.#dismissal(arrival, index, address))
      : this.#session(arrival, index, address);
    const session = served.finally(() => this.#sessions.delete(session));
    this.#sessions.add(session);
  }

  /** Whoever comes by the thousand gets one write, and nothing is read. Never rejects. */
  async #turnAway({ stream, peer: { hostname: peer } }: Arrival, away: TurnedAway, words?: Uint8Array): Promise<void> {
    const { limit, isFirst } = away;
    if (isFirst) {
      this.#parts.log.warn("turned away: too many connections; raise the limit or look who", { peer, limit });
    }
    try {
      if (words !== undefined) await this.#waits.within(stream.write(words), DISMISSAL, true);
    } catch {
      // The client is gone already.
    }
    stream.close();
  }

  /**
   * Nothing under implicit TLS of Node's: a handshake costs more than all that is saved by turning somebody away. That of
   * `Deno.listenTls` the runtime performs in any case, also for a socket that has been closed.
   */
  #dismissal({ handshake }: Arrival, index: number, { security }: ListenAddress): Uint8Array | undefined {
    if (security === "tls" && handshake === undefined) return undefined;
    const words = this.#parts.protocols.tooMany(index);
    return typeof words === "string" ? encodeUtf8(`${words}\r\n`) : words;
  }

  /** Never rejects; the stream is closed afterwards. */
  async #session(arrival: Arrival, index: number, { security }: ListenAddress): Promise<void> {
    const id = this.#nextId();
    const log = this.#parts.log.child({ connection: id, peer: arrival.peer.hostname });
    log.debug("connected", { port: arrival.local.port });
    const upgrade = security === "none" ? undefined : this.#upgrade;
    const connection = await openSession(arrival, {
      ...{ id, log, waits: this.#waits, buffers: this.#buffers },
      ...upgrade && { tls: { upgrade, isImplicit: security === "tls" } },
    });
    if (connection === undefined) return;
    // Who comes while the door is shut.
    if (this.#stop.signal.aborted) return connection.close();
    this.#parts.connections.add(connection);
    try {
      await this.#parts.protocols.serve(index, connection, this.#stop.signal);
    } catch (error) {
      // What becomes of connections every day is no failure of a protocol that leaves it to us.
      if (isExpectedEnd(error)) log.debug("session broken off", { error });
      else log.error("session failed", { error });
    }
    this.#parts.connections.delete(connection);
    await connection.finish(PARTING);
    log.debug("disconnected");
  }

  #nextId(): string {
    const { thread = 1 } = this.#parts;
    const id = (++this.#number).toString(36).padStart(4, "0");
    return thread === 1 ? id : `${thread}.${id}`;
  }
}

function isExpectedEnd(error: unknown): boolean {
  return error instanceof ConnectionClosed || error instanceof DeadlineExceeded || error instanceof Stopping;
}

function isSame(one: Certificate, other: Certificate): boolean {
  return one.certificate === other.certificate && one.key === other.key &&
    one.clientAuthorities === other.clientAuthorities;
}
