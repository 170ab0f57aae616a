/**
 * A socket of `Deno.listenTls` as a stream of octets. When such a socket is closed in the middle of its handshake, or with
 * something unsent, the runtime keeps it, out of anybody's reach, until the client leaves: clients who say nothing, or take
 * nothing, would use up all descriptors while no limit counts them. So it is not closed before what is under way has ended.
 */
import { ConnectionClosed } from "../../wire/errors.ts";
import { type SocketStream, socketStream } from "../socket_stream.ts";

/** A stream over such a socket. */
export interface TlsSocketStream extends SocketStream {
  /** Performs the handshake; nothing is read or written before. @throws what went wrong with it. */
  handshake(): Promise<void>;
}

/** Over a socket whose handshake has not begun. */
export function tlsSocketStream(socket: Deno.TlsConn): TlsSocketStream {
  const inner = socketStream(socket);
  const release = () => inner.release();
  /** Fails the calls that wait, one in each direction. */
  const fails = { in: (_error: Error) => {}, out: (_error: Error) => {} };
  let isClosed = false;
  /** What must end before the socket can be closed. */
  let underWay: Promise<unknown> = Promise.resolve();

  /** Settles as the operation does, or when the stream is closed. */
  function untilClosed<T>(direction: keyof typeof fails, operation: () => Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    if (isClosed) reject(closed());
    else {
      fails[direction] = reject;
      const begun = operation();
      begun.then(resolve, reject);
      if (direction === "out") underWay = begun;
    }
    return promise;
  }

  return {
    handshake: () => untilClosed("out", async () => void await socket.handshake()),
    read: (into) => untilClosed("in", () => inner.read(into)),
    write: (data) => untilClosed("out", () => inner.write(data)),
    end: () => untilClosed("out", () => inner.end()),
    close() {
      if (isClosed) return;
      isClosed = true;
      for (const fail of Object.values(fails)) fail(closed());
      underWay.then(release, release);
    },
    ...{ released: inner.released, release },
  };
}

function closed(): ConnectionClosed {
  return new ConnectionClosed("the connection has been closed");
}
