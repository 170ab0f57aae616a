/** A protocol and the connection that it serves. The core owns sockets, TLS, limits and deadlines. */
import type { Logger } from "./logger.ts";
import type { Body } from "./storage.ts";

/** What a protocol plugin gives. */
export interface Protocol {
  /**
   * Serves one connection, from greeting to goodbye; the core closes it afterwards. Throwing closes it as well and is
   * logged with the connection's id. When `stop` aborts, say goodbye after the command in hand; a reader waiting for
   * the next line is woken by `Stopping`.
   */
  serve(connection: Connection, stop: AbortSignal): Promise<void>;
  /**
   * The only words of the protocol for a client that is not served, since there are too many: a line, CRLF added, or octets
   * as they are. Said where that costs no handshake, and only as far as one write takes them; absent: nothing is said.
   */
  readonly tooMany?: string | Uint8Array;
}

/** One client. */
export interface Connection {
  /** Unique in the life of the server, and in every log line of this connection. */
  readonly id: string;
  /** Events of this connection. */
  readonly log: Logger;
  /** The client's end. */
  readonly peer: Deno.NetAddr;
  /** Our end. */
  readonly local: Deno.NetAddr;
  /** Present under TLS, implicit or after `startTls`. */
  readonly tls: TlsInfo | undefined;
  /** Whether `startTls` may be called: the listener offers it, and neither TLS nor a security layer nor compression is there. */
  readonly canStartTls: boolean;
  /** What the client sends; the same object before and after an upgrade. */
  readonly reader: WireReader;
  /** What it is sent; the same object before and after an upgrade. */
  readonly writer: WireWriter;
  /**
   * How long the next line, chunk of data or flush may take, in milliseconds, as a whole: single octets do not prolong
   * it. Counts from the start of each wait. The reader or writer then throws `DeadlineExceeded`; the other direction
   * still works, so that a goodbye can be said.
   */
  setIdleTimeout(milliseconds: number): void;
  /**
   * Upgrades to TLS. Flush the go-ahead first. Every clear-text byte read so far is discarded, so that nothing
   * injected before the handshake is taken for the client's (RFC 3207 §4.2, RFC 2595 §4).
   *
   * @throws ConnectionClosed when the handshake fails or takes too long.
   */
  startTls(): Promise<TlsInfo>;
  /**
   * From here on both directions are sealed (RFC 4422 §3.7). Flush the line that reports success first.
   */
  installSecurityLayer(layer: SecurityLayer): void;
  /** Whether `installCompression` may be called: it was not yet, or has been taken off. */
  readonly canCompress: boolean;
  /** From here on both directions are deflated (RFC 4978). Flush the line that reports success first. */
  installCompression(): void;
  /** Whether both directions are sealed or deflated. */
  readonly isLayered: boolean;
  /**
   * From here on neither direction is sealed or deflated; TLS stays (RFC 8437 §3, §4.1). Flush the line that reports success
   * first. Waits until the client has ended its deflated stream, where that did not come with the line that was read last.
   * Under compression alone, what the client has sent in clear after that is read next.
   *
   * @throws ConnectionClosed when more came under a layer than had been read, or anything after a security layer;
   * DeadlineExceeded, Stopping. There is nothing more to be read then.
   */
  removeLayers(): Promise<void>;
  /** Breaks off at once; harmless when called again. */
  close(): void;
}

/** What is known of a connection's TLS. */
export interface TlsInfo {
  /** "TLSv1.3", or "TLS" where the engine does not tell. */
  readonly version: string;
  /** IANA's name, where the engine tells. */
  readonly cipher?: string;
  /** The name that the client asked for (RFC 6066 §3). */
  readonly serverName?: string;
  /** Mail addresses in the client's verified certificate; empty without one. */
  readonly clientAddresses: readonly string[];
  /** Channel binding data (RFC 5929, RFC 9266); undefined where this engine or TLS version has none of the type. */
  channelBinding(type: ChannelBinding): Uint8Array | undefined;
}

/** Types of channel binding (RFC 5929, RFC 9266). */
export type ChannelBinding = "tls-exporter" | "tls-server-end-point" | "tls-unique";

/** Bytes from the client. All limits are in octets. A view that is returned is valid until the next call. */
export interface WireReader {
  /**
   * The next line, without its CRLF; undefined at the end of the stream. A bare CR or LF ends no line.
   *
   * @throws LineTooLong past the limit, once the line has been read away to its end (within bounds): the dialogue goes on.
   * @throws DeadlineExceeded, ConnectionClosed (reset), Stopping.
   */
  readLine(limit: number): Promise<Uint8Array | undefined>;
  /** As `readLine`, when a whole line has arrived already; undefined when not: pipelined commands need no wait. */
  takeLine(limit: number): Uint8Array | undefined;
  /**
   * From now on a LF without CR ends a line too: for protocols whose clients end theirs so, and that hand nothing on which
   * another server could split otherwise.
   */
  endLinesAtLineFeeds(): void;
  /** Whether something unread has arrived: replies can wait for their siblings while it has. */
  readonly hasInput: boolean;
  /** Waits for something unread; false at the end of the stream. @throws DeadlineExceeded, ConnectionClosed, Stopping. */
  awaitInput(): Promise<boolean>;
  /** Exactly so many octets. @throws ConnectionClosed when the stream ends before. */
  readExactly(size: number): AsyncIterable<Uint8Array>;
  /**
   * Dot-stuffed data (RFC 5321 §4.5.2) up to CRLF.CRLF, unstuffed, without the final dot.
   * Past the limit the rest is read away to the dot (within bounds) and MessageTooLarge thrown: the dialogue goes on.
   */
  readUntilDot(limit: number): DotData;
}

/** The content of dot-stuffed data. Leaving its loop early leaves the rest unread: the dialogue cannot go on then. */
export interface DotData extends AsyncIterable<Uint8Array> {
  /** Whether a CR without LF or a LF without CR has gone by: such a message could be split by others (SMTP smuggling). */
  readonly hasBareLineEnd: boolean;
}

/** Bytes to the client, kept until `flush`. */
export interface WireWriter {
  /** One line, CRLF added. The text must not hold CR or LF. */
  line(text: string): void;
  /** Text as it is, in UTF-8; there may be line ends in it, and none is added. */
  text(text: string): void;
  /** Bytes as they are; copied, or sent before the next flush ends: they must not change until then. */
  bytes(data: Uint8Array): void;
  /** Whole content, dot-stuffed, with the final dot (RFC 1939 §3, RFC 5321 §4.5.2). Lines must end in CRLF. */
  dotStuffed(content: Uint8Array): void;
  /** The same of a stored message, in pieces, sending as it goes. */
  dotStuffed(body: Body): Promise<void>;
  /** As `dotStuffed`, piece by piece, sending as it goes. */
  dotStuffedFrom(content: AsyncIterable<Uint8Array>): Promise<void>;
  /** Whether so much is kept that `flush` should be awaited before more is written. */
  readonly isFull: boolean;
  /** Sends all that is kept. @throws DeadlineExceeded when the client does not read, ConnectionClosed. */
  flush(): Promise<void>;
}

/** A SASL security layer (RFC 4422 §3.7), framing included: what is wrapped is what travels after the length. */
export interface SecurityLayer {
  /** Octets of the largest sealed packet that the client may send, length not counted. */
  readonly maximumInput: number;
  /** Octets of the largest plain packet that `wrap` accepts, so that the sealed one fits the client's buffer. */
  readonly maximumOutput: number;
  /** Seals one packet; the connection adds the four octets of length, and asks for no other before it has this one. */
  wrap(plain: Uint8Array): Uint8Array | Promise<Uint8Array>;
  /** Opens one packet, without its length. @throws when it is not intact: the connection is then closed. */
  unwrap(sealed: Uint8Array): Uint8Array | Promise<Uint8Array>;
  /** Lets go of what the layer holds, when its connection is closed. What is asked of it afterwards may throw. */
  release?(): void;
}
