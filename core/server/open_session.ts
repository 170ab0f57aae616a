/** From an accepted socket to the connection that a protocol is given: under `tls`, only once the handshake is done. */
import type { Logger } from "../contract/logger.ts";
import type { TlsInfo } from "../contract/connection.ts";
import type { BufferPool } from "../wire/buffer_pool.ts";
import { DeadlineExceeded } from "../wire/errors.ts";
import type { Waits } from "../wire/waits.ts";
import type { Certificate } from "./certificate.ts";
import { ClientConnection, type SecuredStream } from "./connection.ts";
import type { AcceptedSocket } from "./listener.ts";
import { type EndableStream, socketStream } from "./socket_stream.ts";
import type { TlsUpgrade } from "./tls_upgrade.ts";

/** Who performs the handshake on a listener before anything else is said; `none` where nobody does. */
export type Engine = "none" | "deno" | "node";

/** What a connection is made of besides its socket. */
export interface SessionParts {
  /** Unique. */
  readonly id: string;
  /** Its log. */
  readonly log: Logger;
  /** Deadlines. */
  readonly waits: Waits;
  /** Large buffers. */
  readonly buffers: BufferPool;
  /** For STARTTLS, and for the engine `node`; absent where no TLS is offered. */
  readonly upgrade: TlsUpgrade | undefined;
  /** That of a `Deno.listenTls` listener. */
  readonly certificate: Certificate | undefined;
}

/** Milliseconds for a handshake. */
const HANDSHAKE = 30_000;

/** A connection; undefined, and the socket closed, where the handshake failed. Never rejects. */
export async function openSession(
  socket: AcceptedSocket,
  engine: Engine,
  { upgrade, certificate, ...parts }: SessionParts,
): Promise<ClientConnection | undefined> {
  const { waits, log } = parts;
  const plain = socketStream(socket);
  let stream: EndableStream = plain;
  let tls: TlsInfo | undefined;
  /** A session that comes too late is closed as well. */
  const perform = async (upgrade: TlsUpgrade) => {
    const handshake = upgrade.perform(plain);
    try {
      const secured = await waits.within(handshake, HANDSHAKE);
      stream = secured.stream;
      return secured;
    } catch (error) {
      plain.close();
      handshake.then(({ stream }) => stream.close(), () => {});
      log.info("TLS handshake failed", { why: whyOf(error) });
      throw error;
    }
  };
  try {
    // Plain listeners only: `Deno.listenTls` has no way to send at once.
    if ("setNoDelay" in socket) socket.setNoDelay(true);
    if (engine === "deno") tls = await handshake(socket, waits, certificate);
    if (engine === "node" && upgrade !== undefined) ({ tls } = await perform(upgrade));
  } catch (error) {
    if (engine === "deno") log.info("TLS handshake failed", { why: whyOf(error) });
    plain.close();
    return undefined;
  }
  const { remoteAddr: peer, localAddr: local } = socket;
  return new ClientConnection({
    ...{ ...parts, peer, local, stream },
    ...tls && { tls },
    ...engine === "none" && upgrade && { upgrade: (): Promise<SecuredStream> => perform(upgrade) },
    parting: () => stream.end(),
  });
}

async function handshake(socket: AcceptedSocket, waits: Waits, certificate?: Certificate): Promise<TlsInfo> {
  if (!("handshake" in socket)) throw new TypeError("a socket without TLS came from a listener with it");
  await waits.within(socket.handshake(), HANDSHAKE);
  return {
    // The engine does not tell which.
    version: "TLS",
    clientAddresses: [],
    channelBinding: (type) => type === "tls-server-end-point" ? certificate?.endPoint : undefined,
  };
}

function whyOf(error: unknown): string {
  if (error instanceof DeadlineExceeded) return "the client was too slow";
  return error instanceof Error ? error.message : String(error);
}
