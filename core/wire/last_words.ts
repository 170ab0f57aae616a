/** The end of a session, as far as the client can still hear of it. */
import type { Connection } from "../contract/connection.ts";

/** How long it may take, in milliseconds. */
const PATIENCE = 5000;

/** Sends what has been written. Where the client can not be told, that is no error: the connection is about to be closed. */
export async function sendLastWords(connection: Pick<Connection, "setIdleTimeout" | "writer">): Promise<void> {
  try {
    connection.setIdleTimeout(PATIENCE);
    await connection.writer.flush();
  } catch {
    // Nobody hears it.
  }
}
