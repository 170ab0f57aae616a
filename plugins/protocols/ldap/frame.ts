/** Messages as they come in (RFC 4511 §5.2): each is read whole, once its length is known to be one that there may be. */
import type { Connection } from "../../../core/contract/mod.ts";
import { lengthOctets, readHeader, universal } from "./grammar/ber.ts";

/** Octets of a message, header included: tickets and tokens of SASL are the longest that there is to say. */
export const largestMessage = 131_072;
/** Milliseconds that a message may take once it has begun. */
const PATIENCE = 60_000;

/**
 * The next message, as it is; "malformed" where no message can begin so: nobody knows then where the next one would.
 * Undefined when the client has left.
 *
 * @throws DeadlineExceeded, ConnectionClosed, Stopping (only while no message has begun).
 */
export async function readFrame(
  connection: Connection,
  { idleTimeout, now }: { readonly idleTimeout: number; readonly now: () => Date },
): Promise<Uint8Array | "malformed" | undefined> {
  connection.setIdleTimeout(idleTimeout);
  if (!await connection.reader.awaitInput()) return undefined;
  const dueAt = now().getTime() + PATIENCE;
  const read = async (into: Uint8Array) => {
    // No octet that comes prolongs the time there is.
    const spend = () => connection.setIdleTimeout(Math.max(0, dueAt - now().getTime()));
    let at = 0;
    spend();
    for await (const piece of connection.reader.readExactly(into.length)) {
      into.set(piece, at);
      at += piece.length;
      spend();
    }
  };
  const begin = new Uint8Array(2);
  await read(begin);
  const more = lengthOctets(begin[1] ?? 0);
  if (begin[0] !== universal.sequence || more === undefined) return "malformed";
  const header = new Uint8Array(begin.length + more);
  header.set(begin);
  await read(header.subarray(begin.length));
  const size = readHeader(header, 0)?.next ?? Infinity;
  if (size > largestMessage) return "malformed";
  const message = new Uint8Array(size);
  message.set(header);
  await read(message.subarray(header.length));
  return message;
}
