/** An accepted socket as a stream of octets. */
import type { ByteStream } from "../wire/byte_stream.ts";

/** A stream over a socket, which it owns. */
export interface SocketStream extends ByteStream {
  /** Resolves when the system has the socket back: from then on it counts no more. */
  readonly released: Promise<void>;
  /** Lets go of the socket whatever is under way. */
  release(): void;
}

/** Over a socket in the clear, which is released when it is closed. */
export function socketStream(socket: Deno.Conn): SocketStream {
  const { promise: released, resolve } = Promise.withResolvers<void>();
  let isReleased = false;
  const release = () => {
    if (isReleased) return;
    isReleased = true;
    try {
      socket.close();
    } catch (error) {
      // The runtime lets go of a socket under TLS whose handshake failed.
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
    resolve();
  };
  return {
    read: (into) => socket.read(into),
    write: (data) => socket.write(data),
    end: () => socket.closeWrite(),
    close: release,
    ...{ released, release },
  };
}
