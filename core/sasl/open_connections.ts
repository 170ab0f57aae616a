/** The connections that are open, and word of their ends. */
import type { Connection } from "../contract/connection.ts";

/** Added when they can be served, removed when their session has ended. */
export class OpenConnections {
  readonly #open = new Set<Connection>();
  readonly #listeners: ((connection: Connection) => void)[] = [];

  /** It can be served now. */
  add(connection: Connection): void {
    this.#open.add(connection);
  }

  /** Its session has ended. */
  delete(connection: Connection): void {
    if (!this.#open.delete(connection)) return;
    for (const listener of this.#listeners) listener(connection);
  }

  /** Whether it is open. */
  has(connection: Connection): boolean {
    return this.#open.has(connection);
  }

  /** From now on the listener is told which sessions have ended. */
  onEnd(listener: (connection: Connection) => void): void {
    this.#listeners.push(listener);
  }
}
