/** A map that remembers the latest entries only: memory that a peer cannot fill. */

/** A map of bounded size; setting a key makes it the latest, and the one that was set longest ago goes. */
export class RecentMap<Key, Value> {
  readonly #entries = new Map<Key, Value>();
  readonly #most: number;

  /** @param most Entries that are kept. */
  constructor(most: number) {
    this.#most = most;
  }

  /** The value, while it is remembered. */
  get(key: Key): Value | undefined {
    return this.#entries.get(key);
  }

  /** Remembers as the latest. */
  set(key: Key, value: Value): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= this.#most) return;
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest);
      return;
    }
  }

  /** Forgets; whether there was something to forget. */
  delete(key: Key): boolean {
    return this.#entries.delete(key);
  }
}
