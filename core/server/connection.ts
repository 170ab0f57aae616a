/** One client's connection: a reader and a writer over a stream that TLS, a security layer or compression may come over. */
import type { Connection, Logger, SecurityLayer, TlsInfo } from "../contract/mod.ts";
import type { BufferPool } from "../wire/buffer_pool.ts";
import type { ByteStream } from "../wire/byte_stream.ts";
import { ConnectionClosed } from "../wire/errors.ts";
import { LineReader } from "../wire/line_reader.ts";
import { LineWriter } from "../wire/line_writer.ts";
import type { Waits } from "../wire/waits.ts";
import { DeflatedStream } from "./deflated_stream.ts";
import { SealedStream } from "./sealed_stream.ts";

/** A stream under TLS, and what is known of it. */
export interface SecuredStream {
  /** Clear text to those who use it. */
  readonly stream: ByteStream;
  /** What was negotiated. */
  readonly tls: TlsInfo;
}

/** What a connection is made of. */
export interface ConnectionParts {
  /** Unique. */
  readonly id: string;
  /** With the connection's fields bound to it. */
  readonly log: Logger;
  /** The client's end. */
  readonly peer: Deno.NetAddr;
  /** Our end. */
  readonly local: Deno.NetAddr;
  /** As accepted; under implicit TLS, that of the TLS session. */
  readonly stream: ByteStream;
  /** Under implicit TLS. */
  readonly tls?: TlsInfo;
  /** Makes a TLS session of the stream, which nobody else uses from then on; absent where TLS is not offered. */
  readonly upgrade?: () => Promise<SecuredStream>;
  /** Deadlines. */
  readonly waits: Waits;
  /** Large buffers. */
  readonly buffers: BufferPool;
}

/** A stream over another, that can be taken off again. */
interface Layer extends ByteStream {
  /** What it stands on goes on without it; gives what has come after the last that it was for. */
  remove(): Uint8Array | Promise<Uint8Array>;
}

/** Milliseconds that a wait may take until the protocol says otherwise: RFC 5321 §4.5.3.2.7, five minutes. */
const FIRST_IDLE_TIMEOUT = 300_000;

/** The contract's connection. */
export class ClientConnection implements Connection {
  /** Unique. */
  readonly id: string;
  /** Events of this connection. */
  readonly log: Logger;
  /** The client's end. */
  readonly peer: Deno.NetAddr;
  /** Our end. */
  readonly local: Deno.NetAddr;
  /** What the client sends. */
  readonly reader: LineReader;
  /** What it is sent. */
  readonly writer: LineWriter;
  readonly #upgrade: ConnectionParts["upgrade"];
  readonly #waits: Waits;
  #stream: ByteStream;
  #tls: TlsInfo | undefined;
  /** A security layer, compression: each over the one before. */
  readonly #layers: { readonly layer: Layer; readonly below: ByteStream }[] = [];
  #isCompressed = false;
  #isClosed = false;
  #idleTimeout = FIRST_IDLE_TIMEOUT;

  /** Takes the stream over. */
  constructor(parts: ConnectionParts) {
    this.id = parts.id;
    this.log = parts.log;
    this.peer = parts.peer;
    this.local = parts.local;
    this.#stream = parts.stream;
    this.#tls = parts.tls;
    this.#upgrade = parts.upgrade;
    this.#waits = parts.waits;
    const { stream, waits, buffers } = parts;
    const wire = { stream, waits, buffers, idleTimeout: () => this.#idleTimeout };
    this.reader = new LineReader(wire);
    this.writer = new LineWriter(wire);
  }

  /** Present under TLS. */
  get tls(): TlsInfo | undefined {
    return this.#tls;
  }

  /** Whether `startTls` may be called. */
  get canStartTls(): boolean {
    return this.#upgrade !== undefined && this.#tls === undefined && !this.isLayered && !this.#isClosed;
  }

  /** In milliseconds, for waits that begin from now on. */
  setIdleTimeout(milliseconds: number): void {
    this.#idleTimeout = milliseconds;
  }

  /** Upgrades to TLS. When that fails the connection is closed. */
  async startTls(): Promise<TlsInfo> {
    if (this.#upgrade === undefined || !this.canStartTls) throw new Error("TLS cannot be started on this connection");
    try {
      // RFC 3207 §4.2: what has come in clear text may be anybody's, and is dropped here.
      this.#moveTo(unusable);
      const { stream, tls } = await this.#upgrade();
      if (this.#isClosed) stream.close();
      this.#moveTo(stream);
      this.#stream = stream;
      return this.#tls = tls;
    } catch (cause) {
      this.close();
      throw new ConnectionClosed("the TLS handshake failed", { cause });
    }
  }

  /** Seals both directions. */
  installSecurityLayer(layer: SecurityLayer): void {
    this.#install((below, unread) => new SealedStream(below, layer, unread));
  }

  /** Whether `installCompression` may be called. */
  get canCompress(): boolean {
    return !this.#isCompressed && !this.#isClosed;
  }

  /** Deflates both directions. */
  installCompression(): void {
    this.#install((below, unread) => new DeflatedStream(below, unread));
    this.#isCompressed = true;
  }

  /** Whether something is to be taken off by `removeLayers`. */
  get isLayered(): boolean {
    return this.#layers.length > 0;
  }

  /** Takes compression off, then the security layer. When that fails the client can be told, and nothing more be read. */
  async removeLayers(): Promise<void> {
    let rest: Uint8Array = this.reader.moveTo(unusable);
    for (let top = this.#layers.pop(); top !== undefined; top = this.#layers.pop()) {
      // What has come so far, the layer that ends has been opened for.
      if (rest.length > 0) throw new ConnectionClosed("the client went on under a layer that it has ended");
      const { layer, below } = top;
      this.writer.moveTo(below);
      rest = await this.#waits.within(Promise.resolve(layer.remove()), this.#idleTimeout, true);
      this.#stream = below;
    }
    this.#isCompressed = false;
    this.reader.moveTo(this.#stream, rest);
  }

  /** Breaks off. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#stream.close();
  }

  /**
   * The last word: sends what is kept, says that nothing more comes, and reads away what the client still sends.
   * Closing with unread input would reset the connection, and the client might never see what it was told last
   * (RFC 1122 §4.2.2.13). Never rejects; the connection is closed afterwards.
   *
   * @param milliseconds How long the client has to take it, and then to close its side.
   */
  async finish(milliseconds: number): Promise<void> {
    if (this.#isClosed) return;
    this.#idleTimeout = milliseconds;
    try {
      await this.writer.flush();
      await this.#waits.within(this.#stream.end(), milliseconds);
      await this.reader.discardRest(milliseconds);
    } catch {
      // The client is gone already.
    }
    this.close();
  }

  #install(over: (below: ByteStream, unread: Uint8Array<ArrayBuffer>) => Layer): void {
    const below = this.#stream;
    // What has arrived already is the first of what the layer is for.
    const layer = over(below, this.#moveTo(unusable));
    this.#moveTo(layer);
    this.#layers.push({ layer, below });
    this.#stream = layer;
  }

  /** Both directions go another way from here on; gives what was not read. */
  #moveTo(stream: ByteStream): Uint8Array<ArrayBuffer> {
    this.writer.moveTo(stream);
    return this.reader.moveTo(stream);
  }
}

/** What a connection stands on while it is moved. */
const unusable: ByteStream = {
  read: () => Promise.reject(new Error("the connection is being upgraded")),
  write: () => Promise.reject(new Error("the connection is being upgraded")),
  end: () => Promise.reject(new Error("the connection is being upgraded")),
  close() {},
};
