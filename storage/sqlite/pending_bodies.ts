/** Short bodies that no batch has named yet. They wait in memory, and reach the disk with that batch: one fsync for both. */

/** Octets of all that wait; beyond, bodies go to the disk at once. */
const MOST = 64 * 1024 * 1024;
/** How long they wait, milliseconds: whoever wrote one and died does not hold memory for ever. */
const LONGEST = 60 * 60 * 1000;

/** Bodies by key. */
export class PendingBodies {
  readonly #bodies = new Map<number, { readonly octets: Uint8Array; readonly since: number }>();
  #size = 0;

  /** Whether there is room for so many octets. */
  hasRoom(octets: number): boolean {
    return this.#size + octets <= MOST;
  }

  /** Keeps a body until it is named; those that have waited too long go. */
  add(key: number, octets: Uint8Array, now: number): void {
    for (const [old, { since }] of this.#bodies) {
      if (since > now - LONGEST) break;
      this.delete(old);
    }
    this.#bodies.set(key, { octets, since: now });
    this.#size += octets.length;
  }

  /** The body, if it waits here. */
  get(key: number): Uint8Array | undefined {
    return this.#bodies.get(key)?.octets;
  }

  /** Lets go of it. */
  delete(key: number): boolean {
    this.#size -= this.#bodies.get(key)?.octets.length ?? 0;
    return this.#bodies.delete(key);
  }
}
