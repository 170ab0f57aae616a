/** Short bodies that no batch has named yet. They wait in memory, and reach the disk with that batch: one fsync for both. */
import type { Body } from "../../core/contract/storage.ts";
import { SharedMemory, type SharedOctets } from "./shared_memory.ts";

/** Octets of all that wait; beyond, bodies go to the disk at once. */
const MOST = 64 * 1024 * 1024;
/** How long they wait, milliseconds: whoever wrote one and died does not hold memory for ever. */
const LONGEST = 60 * 60 * 1000;

/** Bodies by key. */
export class PendingBodies {
  /** Where they lie. */
  readonly memory = new SharedMemory();
  readonly #bodies = new Map<number, { readonly octets: SharedOctets; readonly since: number }>();
  #size = 0;

  /** Whether there is room for so many octets. */
  hasRoom(octets: number): boolean {
    return this.#size + octets <= MOST;
  }

  /** Keeps a body until it is named; those that have waited too long go. @param now Milliseconds of a clock that is never set. */
  add(key: number, octets: SharedOctets, now: number): void {
    for (const [old, { since }] of this.#bodies) {
      if (since > now - LONGEST) break;
      this.delete(old);
    }
    this.#bodies.set(key, { octets, since: now });
    this.#size += octets.buffer.byteLength;
  }

  /** The octets of a body that waits here, to be looked at before anything else happens. */
  get(key: number): SharedOctets | undefined {
    return this.#bodies.get(key)?.octets;
  }

  /** A body that waits here now; when it is read and has left meanwhile, `left` tells where it is. */
  open(key: number, left: () => Body): Body | undefined {
    const octets = this.get(key);
    if (octets === undefined) return undefined;
    const read = (start: number, end: number) =>
      this.get(key)?.slice(Math.max(0, start), Math.max(0, end)) ?? left().read(start, end);
    return { size: octets.length, read: (start, end) => Promise.try(read, start, end) };
  }

  /** Lets go of it. The writer may still be reading: its memory is not used again. */
  delete(key: number): boolean {
    this.#size -= this.get(key)?.buffer.byteLength ?? 0;
    return this.#bodies.delete(key);
  }

  /** The writer has committed it and reads it no more. */
  committed(key: number): void {
    const octets = this.get(key);
    if (octets === undefined) return;
    this.delete(key);
    this.memory.give(octets);
  }
}
