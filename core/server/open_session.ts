/** From an accepted socket to the connection that a protocol is given: under `tls`, only once the handshake is done. */
import type { TlsInfo } from "../contract/connection.ts";
import { DeadlineExceeded, Stopping } from "../wire/errors.ts";
import type { Certificate } from "./certificate.ts";
import { ClientConnection, type ConnectionParts, type SecuredStream } from "./connection.ts";
import type { Accepted } from "./listener.ts";
import { socketStream } from "./socket_stream.ts";
import type { TlsUpgrade } from "./tls_upgrade.ts";

/** What a connection is made of besides its socket. */
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

/** A connection; undefined, and the socket closed, where the handshake failed. Never rejects. */
export async function openSession(
  { socket, certificate }: Accepted,
  { tls, ...parts }: SessionParts,
): Promise<ClientConnection | undefined> {
  const { waits, log } = parts;
  const plain = socketStream(socket);
  /** However it ends otherwise, the stream is closed: also a session that comes too late. */
  const secured = async (handshake: Promise<SecuredStream>): Promise<SecuredStream> => {
    try {
      return await waits.within(handshake, HANDSHAKE, true);
    } catch (error) {
      plain.close();
      handshake.then(({ stream }) => stream.close(), () => {});
      if (!(error instanceof Stopping)) log.info("TLS handshake failed", { why: whyOf(error) });
      throw error;
    }
  };
  const { remoteAddr: peer, localAddr: local } = socket;
  const whole = { ...parts, peer, local };
  try {
    if ("handshake" in socket) {
      const facts = socket.handshake().then(() => ({ stream: plain, tls: factsOf(certificate) }));
      return new ClientConnection({ ...whole, ...await secured(facts) });
    }
    // `Deno.listenTls` has no way to send at once.
    socket.setNoDelay(true);
    if (tls === undefined) return new ClientConnection({ ...whole, stream: plain });
    const upgrade = () => secured(tls.upgrade.perform(plain));
    if (tls.isImplicit) return new ClientConnection({ ...whole, ...await upgrade() });
    return new ClientConnection({ ...whole, stream: plain, upgrade });
  } catch {
    // It has been said.
    plain.close();
    return undefined;
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
  return error instanceof Error ? error.message : String(error);
}
