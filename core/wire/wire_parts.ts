/** What the reader and the writer of a connection share. */
import type { BufferPool } from "./buffer_pool.ts";
import type { ByteStream } from "./byte_stream.ts";
import type { Waits } from "./waits.ts";

/** Made once for a connection. */
export interface WireParts {
  /** Where octets come from and go to. */
  readonly stream: ByteStream;
  /** Deadlines. */
  readonly waits: Waits;
  /** Large buffers. */
  readonly buffers: BufferPool;
  /** How long a wait may take, in milliseconds; may change. */
  readonly idleTimeout: () => number;
}
