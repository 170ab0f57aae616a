/**
 * Replaces a generation while it is in use: sessions end with the one that they began with, and when the last of them
 * has ended, a generation that was replaced is stopped.
 */
import type { Connection, Protocol } from "../contract/connection.ts";
import type { Generation } from "./generation.ts";

interface Used {
  readonly generation: Generation;
  sessions: number;
}

/** The generation that new sessions get, and those before it that still have some. */
export class Generations implements AsyncDisposable {
  readonly #alive = new Set<Used>();
  #current: Used;

  constructor(first: Generation) {
    this.#current = { generation: first, sessions: 0 };
    this.#alive.add(this.#current);
    first.begin();
  }

  /** The one that new sessions get. */
  get current(): Generation {
    return this.#current.generation;
  }

  /** Serves a connection with the protocol of that place in the configuration. */
  async serve(index: number, connection: Connection, stop: AbortSignal): Promise<void> {
    await this.use(async ({ protocols }) => {
      const protocol = protocols[index];
      if (protocol === undefined) throw new RangeError(`there is no protocol ${index}`);
      await protocol.serve(connection, stop);
    });
  }

  /** What the protocol of that place tells those for whom there is no room. */
  tooMany(index: number): Protocol["tooMany"] {
    return this.current.protocols[index]?.tooMany;
  }

  /** Does some work with the one that new sessions get: it is not stopped before the work is done. */
  async use(work: (generation: Generation) => Promise<void>): Promise<void> {
    const used = this.#current;
    used.sessions++;
    try {
      await work(used.generation);
    } finally {
      used.sessions--;
      await this.#stopUnused(used);
    }
  }

  /** New sessions get this one from now on. */
  async replace(next: Generation): Promise<void> {
    const before = this.#current;
    this.#current = { generation: next, sessions: 0 };
    this.#alive.add(this.#current);
    before.generation.retire();
    next.begin();
    await this.#stopUnused(before);
  }

  /** Lets the plugins of all finish their work. */
  async drain(deadline: AbortSignal): Promise<void> {
    await Promise.all([...this.#alive].map(({ generation }) => generation.drain(deadline)));
  }

  /** Stops all. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const used of this.#alive) await this.#stop(used);
  }

  async #stopUnused(used: Used): Promise<void> {
    if (used !== this.#current && used.sessions === 0) await this.#stop(used);
  }

  async #stop(used: Used): Promise<void> {
    if (this.#alive.delete(used)) await used.generation[Symbol.asyncDispose]();
  }
}
