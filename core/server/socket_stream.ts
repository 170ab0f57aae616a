/** A socket as a stream of octets; also one under `Deno.listenTls`. */
import type { ByteStream } from "../wire/byte_stream.ts";

/** A stream over a socket. Whoever uses it owns the socket. */
export function socketStream(socket: Deno.Conn): ByteStream {
  let isClosed = false;
  return {
    read: (into) => socket.read(into),
    write: (data) => socket.write(data),
    end: () => socket.closeWrite(),
    close() {
      if (isClosed) return;
      isClosed = true;
      try {
        socket.close();
      } catch (error) {
        // The runtime lets go of a socket whose handshake failed.
        if (!(error instanceof Deno.errors.BadResource)) throw error;
      }
    },
  };
}
