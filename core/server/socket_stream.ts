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
  return new PlainStream(socket);
}

/** A class: closures would cost each connection more than the rest of it. */
class PlainStream implements SocketStream {
  readonly released: Promise<void>;
  readonly #socket: Deno.Conn;
  readonly #resolve: () => void;
  #isReleased = false;

  constructor(socket: Deno.Conn) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.released = promise;
    this.#resolve = resolve;
    this.#socket = socket;
  }

  read(into: Uint8Array): Promise<number | null> {
    return this.#socket.read(into);
  }

  write(data: Uint8Array): Promise<number> {
    return this.#socket.write(data);
  }

  end(): Promise<void> {
    return this.#socket.closeWrite();
  }

  close(): void {
    this.release();
  }

  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    try {
      this.#socket.close();
    } catch (error) {
      // The runtime lets go of a socket under TLS whose handshake failed.
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
    this.#resolve();
  }
}
