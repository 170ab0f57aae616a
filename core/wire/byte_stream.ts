/** What readers and writers stand on: a socket, a TLS session over one, a security layer, a pipe in memory. */

/** Octets in both directions. One read and one write at a time. */
export interface ByteStream {
  /**
   * Waits for octets and puts them at the start of `into`, which must not be touched until then.
   *
   * @returns How many there were, at least 1; null at the end of the stream.
   */
  read(into: Uint8Array): Promise<number | null>;
  /** Sends octets, perhaps not all. @returns How many were taken, at least 1. */
  write(data: Uint8Array): Promise<number>;
  /** Says that nothing more will be sent, once all that was written has been; what comes in can still be read. */
  end(): Promise<void>;
  /** Breaks off; what waits is rejected, or ends. Harmless when called again. */
  close(): void;
}
