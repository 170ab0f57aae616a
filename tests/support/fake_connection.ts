/** A connection without a network: the server's own reader, writer and connection over a pipe in memory. */
import type { Connection, Logger, TlsInfo } from "../../core/contract/mod.ts";
import { silentLog } from "../../core/observe/log.ts";
import { ClientConnection } from "../../core/server/connection.ts";
import { latin1, latin1Bytes } from "../../core/wire/ascii.ts";
import { BufferPool } from "../../core/wire/buffer_pool.ts";
import type { ByteStream } from "../../core/wire/byte_stream.ts";
import { type WaitClock, Waits } from "../../core/wire/waits.ts";

/** What a connection may be given. */
export interface FakeConnectionOptions {
  /** As if it had begun under TLS; `true` for facts that nobody looks at. */
  readonly tls?: boolean | Partial<TlsInfo>;
  /** Whether `startTls` may be called, and what it finds. */
  readonly startTls?: boolean | Partial<TlsInfo>;
  /** The client's address. */
  readonly peer?: string;
  /** The client's port; 40000 otherwise. */
  readonly peerPort?: number;
  /** Unique, "test-1" otherwise. */
  readonly id?: string;
  /** Events go nowhere otherwise. */
  readonly log?: Logger;
  /** Wakes a reader that waits for a line. */
  readonly stop?: AbortSignal;
  /** The time. */
  readonly clock?: WaitClock;
  /** Octets that the client takes before `write` waits for it to read; no limit otherwise. */
  readonly window?: number;
}

/** Both ends. */
export interface FakeConnection {
  /** What a protocol is given. */
  readonly connection: ClientConnection;
  /** The other end. */
  readonly client: FakeClient;
}

/** A connection and its client. Text is latin1: one character an octet. */
export function fakeConnection(options: FakeConnectionOptions = {}): FakeConnection {
  const client = new FakeClient(options.window ?? Infinity);
  const { startTls = false } = options;
  const connection = new ClientConnection({
    id: options.id ?? "test-1",
    log: options.log ?? silentLog,
    peer: { transport: "tcp", hostname: options.peer ?? "192.0.2.1", port: options.peerPort ?? 40_000 },
    local: { transport: "tcp", hostname: "192.0.2.25", port: 25 },
    stream: client.serverEnd,
    waits: new Waits(options.stop, options.clock),
    buffers: new BufferPool(),
    ...options.tls === undefined || options.tls === false ? {} : { tls: tlsFacts(options.tls) },
    ...startTls === false ? {} : {
      upgrade: () => {
        client.discardInjected();
        return Promise.resolve({ stream: client.serverEnd, tls: tlsFacts(startTls) });
      },
    },
  });
  return { connection, client };
}

/** What serves a connection. */
export type Serve = (connection: Connection, stop: AbortSignal) => Promise<void>;

/** A client that is served, and when that has ended. */
export function serveFake(
  serve: Serve,
  options: FakeConnectionOptions = {},
): { readonly client: FakeClient; readonly served: Promise<void> } {
  const { connection, client } = fakeConnection(options);
  const served = serve(connection, options.stop ?? new AbortController().signal).finally(() => connection.close());
  return { client, served };
}

/** Serves one client that sends these pieces, one octet a character, each when the server waits for it, and then leaves. */
export async function servePieces(
  serve: Serve,
  input: string | readonly string[],
  options?: FakeConnectionOptions,
): Promise<FakeClient> {
  const { client, served } = serveFake(serve, options);
  for (const piece of typeof input === "string" ? [input] : input) {
    while (!client.isAwaited && !client.isClosed) await client.changed;
    client.send(piece);
  }
  client.close();
  await served;
  return client;
}

/** The client's end. */
export class FakeClient {
  /** The server's end. */
  readonly serverEnd: ByteStream;
  /** All that the server sent so far. */
  received = "";
  /** How often it sent something. */
  writes = 0;
  readonly #window: number;
  readonly #toServer: Uint8Array[] = [];
  /** How many of the pieces were sent before the server last spoke. */
  #sentBefore = 0;
  #hasEnded = false;
  #isClosedByServer = false;
  /** How much of `received` has been read here. */
  #read = 0;
  #changed = Promise.withResolvers<void>();
  #isServerReading = false;

  /** A client. @param window Octets that are taken before they are read. */
  constructor(window: number) {
    this.#window = window;
    this.serverEnd = {
      read: (into) => this.#serverRead(into),
      write: (data) => this.#serverWrite(data),
      end: () => Promise.resolve(),
      close: () => {
        this.#isClosedByServer = true;
        this.#change();
      },
    };
  }

  /** Whether the server has closed the connection. */
  get isClosed(): boolean {
    return this.#isClosedByServer;
  }

  /** Whether the server waits for octets and there are none. */
  get isAwaited(): boolean {
    return this.#isServerReading && this.#toServer.length === 0 && !this.#hasEnded;
  }

  /** What has come and was not read here. */
  get unread(): string {
    return this.received.slice(this.#read);
  }

  /** Resolves at the next event: the server reads, writes or closes. */
  get changed(): Promise<void> {
    return this.#changed.promise;
  }

  /** Sends octets; the server reads them as one piece where its buffer has room. */
  send(data: Uint8Array | string): void {
    const bytes = typeof data === "string" ? latin1Bytes(data) : data.slice();
    if (bytes.length > 0) this.#toServer.push(bytes);
    this.#change();
  }

  /** The client sends no more. */
  close(): void {
    this.#hasEnded = true;
    this.#change();
  }

  /** The connection breaks: the server's next read or write fails. */
  reset(): void {
    this.#isClosedByServer = true;
    this.#change();
  }

  /** The next line, without its CRLF; undefined when the server closed the connection before. */
  async readLine(): Promise<string | undefined> {
    for (;;) {
      const end = this.received.indexOf("\r\n", this.#read);
      if (end >= 0) {
        const line = this.received.slice(this.#read, end);
        this.#consume(end + 2);
        return line;
      }
      if (this.#isClosedByServer) return undefined;
      await this.#changed.promise;
    }
  }

  /** Lines up to the one that is only a dot, which is left out (RFC 1939 §3); dots stay stuffed. */
  async readUntilDot(): Promise<string[]> {
    const lines: string[] = [];
    for (let line = await this.readLine(); line !== undefined && line !== "."; line = await this.readLine()) {
      lines.push(line);
    }
    return lines;
  }

  /** So many octets, or fewer when the server closed the connection before. */
  async readExactly(count: number): Promise<string> {
    while (this.unread.length < count && !this.#isClosedByServer) await this.#changed.promise;
    const text = this.unread.slice(0, count);
    this.#consume(this.#read + text.length);
    return text;
  }

  /** What was sent in clear text before the server's go-ahead is gone when TLS begins. */
  discardInjected(): void {
    this.#toServer.splice(0, this.#sentBefore);
    this.#sentBefore = 0;
  }

  async #serverRead(into: Uint8Array): Promise<number | null> {
    while (this.#toServer.length === 0) {
      if (this.#isClosedByServer) throw new Deno.errors.BadResource("closed");
      if (this.#hasEnded) return null;
      this.#isServerReading = true;
      this.#change();
      await this.#changed.promise;
      this.#isServerReading = false;
    }
    const [piece = new Uint8Array(0)] = this.#toServer;
    const taken = piece.subarray(0, into.length);
    into.set(taken);
    if (taken.length < piece.length) this.#toServer[0] = piece.subarray(taken.length);
    else {
      this.#toServer.shift();
      this.#sentBefore = Math.max(0, this.#sentBefore - 1);
    }
    return taken.length;
  }

  async #serverWrite(data: Uint8Array): Promise<number> {
    while (!this.#isClosedByServer && this.unread.length >= this.#window) await this.#changed.promise;
    if (this.#isClosedByServer) throw new Deno.errors.BadResource("closed");
    const taken = data.subarray(0, Math.max(1, Math.min(data.length, this.#window - this.unread.length)));
    this.received += latin1(taken);
    this.writes++;
    this.#sentBefore = this.#toServer.length;
    this.#change();
    return taken.length;
  }

  #consume(to: number): void {
    this.#read = to;
    this.#change();
  }

  #change(): void {
    const { resolve } = this.#changed;
    this.#changed = Promise.withResolvers();
    resolve();
  }
}

/** Facts of TLS, those that matter filled in. */
function tlsFacts(given: boolean | Partial<TlsInfo>): TlsInfo {
  return {
    version: "TLSv1.3",
    clientAddresses: [],
    channelBinding: () => undefined,
    ...given === true ? {} : given || {},
  };
}
