/** From an accepted socket to the connection that a protocol is given: under `tls`, only once the handshake is done. */
import type { TlsInfo } from "../contract/connection.ts";
import { messageOf } from "../wire/error_message.ts";
import { DeadlineExceeded, Stopping } from "../wire/errors.ts";
import { ClientConnection, type ConnectionParts, type SecuredStream } from "./connection.ts";
import type { Accepted } from "./listener.ts";
import { type SocketStream, socketStream } from "./socket_stream.ts";
import type { Certificate } from "./tls/certificate.ts";
import { tlsSocketStream } from "./tls/tls_socket_stream.ts";
import type { TlsUpgrade } from "./tls/tls_upgrade.ts";

/** An accepted socket as a stream. */
export interface Arrival extends Pick<ConnectionParts, "peer" | "local"> {
  /** As it comes, or under TLS by `Deno.listenTls`. */
  readonly stream: SocketStream;
  /** Performs the handshake of `Deno.listenTls`; absent in the clear. */
  readonly handshake?: () => Promise<SecuredStream>;
}

/** What a connection is made of besides its stream. */
export interface SessionParts extends Pick<ConnectionParts, "id" | "log" | "waits" | "buffers"> {
  /** Absent: the listener neither has nor offers TLS but by `Deno.listenTls`. */
  readonly tls?: {
    /** Performs handshakes. */
    readonly upgrade: TlsUpgrade;
    /** Whether it is performed before anything else is said. */
    readonly isImplicit: boolean;
  };
}

/** Milliseconds for a handshake. */
const HANDSHAKE = 30_000;

/** Takes a socket over. Never throws. */
export function arrivalOf({ socket, certificate }: Accepted): Arrival {
  const ends = { peer: socket.remoteAddr, local: socket.localAddr };
  if (!("handshake" in socket)) {
    try {
      // Under `Deno.listenTls` there is no way to send at once. To write before the handshake has ended does not help: the
      // runtime keeps that until then, and sends it after the session tickets, by itself.
      socket.setNoDelay(true);
    } catch {
      // The client has left already, which whoever reads will see.
    }
    return { ...ends, stream: socketStream(socket) };
  }
  const stream = tlsSocketStream(socket);
  const handshake = async () => {
    await stream.handshake();
    return { stream, tls: factsOf(certificate) };
  };
  return { ...ends, stream, handshake };
}

/** A connection; undefined, and the stream closed, where the handshake failed. Never rejects. */
export async function openSession(
  { stream, peer, local, handshake }: Arrival,
  { tls, ...parts }: SessionParts,
): Promise<ClientConnection | undefined> {
  const upgrade = tls && (() => secure(stream, tls.upgrade.perform(stream), parts));
  const first = handshake === undefined ? tls?.isImplicit && upgrade : () => secure(stream, handshake(), parts);
  try {
    const begun = first ? await first() : { stream, ...upgrade && { upgrade } };
    return new ClientConnection({ ...parts, peer, local, ...begun });
  } catch {
    // It has been said.
    return undefined;
  }
}

/** Waits for a handshake. However it ends otherwise, the stream is closed: also a session that comes too late. */
async function secure(
  stream: SocketStream,
  performed: Promise<SecuredStream>,
  { waits, log }: Pick<SessionParts, "waits" | "log">,
): Promise<SecuredStream> {
  try {
    return await waits.within(performed, HANDSHAKE, true);
  } catch (error) {
    stream.close();
    performed.then((late) => late.stream.close(), () => {});
    if (!(error instanceof Stopping)) log.info("TLS handshake failed", { why: whyOf(error) });
    throw error;
  }
}

/** `Deno.listenTls` tells nothing of the session. */
function factsOf(certificate: Certificate | undefined): TlsInfo {
  return {
    version: "TLS",
    clientAddresses: [],
    channelBinding: (type) => type === "tls-server-end-point" ? certificate?.endPoint : undefined,
  };
}

function whyOf(error: unknown): string {
  if (error instanceof DeadlineExceeded) return "the client was too slow";
  return messageOf(error);
}
