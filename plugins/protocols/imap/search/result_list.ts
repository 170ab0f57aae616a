/**
 * The results of a search that goes on (RFC 5267 §4.3), and what is told when they change: positions, and the results to
 * insert or to remove there, each pair after those before it has been done. Pure.
 */
import { placeIn } from "../number_ranges.ts";

/** A position, from 1 on, or 0 for the order of the mailbox; and UIDs in the order of the results. */
export type ResultChange = readonly [position: number, uids: readonly number[]];

/** In the order of the mailbox: the client finds the places itself (RFC 5267 §4.3.3). */
export class MailboxOrder {
  /** Ascending. */
  #uids: Uint32Array;

  /** What was found at first, ascending. */
  constructor(uids: Iterable<number>) {
    this.#uids = Uint32Array.from(uids);
  }

  /** How many there are. */
  get size(): number {
    return this.#uids.length;
  }

  /** Whether a message is among them. */
  has(uid: number): boolean {
    return this.#uids[placeIn(this.#uids, uid)] === uid;
  }

  /** Those of the messages that were not among them and now are. */
  add(uids: readonly number[]): ResultChange[] {
    const fresh = uids.filter((uid) => !this.has(uid)).sort((a, b) => a - b);
    if (fresh.length === 0) return [];
    const all = new Uint32Array(this.#uids.length + fresh.length);
    all.set(this.#uids);
    all.set(fresh, this.#uids.length);
    this.#uids = all.sort();
    return [[0, fresh]];
  }

  /** Those of the messages that were among them and now are not. */
  remove(uids: readonly number[]): ResultChange[] {
    const gone = new Set(uids.filter((uid) => this.has(uid)));
    if (gone.size === 0) return [];
    this.#uids = this.#uids.filter((uid) => !gone.has(uid));
    return [[0, [...gone].sort((a, b) => a - b)]];
  }
}

/** In an order that was asked for: the client is told every place. */
export class SortedOrder {
  #uids: number[];
  readonly #members: MailboxOrder;

  /** What was found at first, in its order. */
  constructor(uids: readonly number[]) {
    this.#uids = [...uids];
    this.#members = new MailboxOrder(uids.toSorted((a, b) => a - b));
  }

  /** How many there are. */
  get size(): number {
    return this.#uids.length;
  }

  /** The result at a place, from 0 on. */
  at(place: number): number | undefined {
    return this.#uids[place];
  }

  /** Whether a message is among them. */
  has(uid: number): boolean {
    return this.#members.has(uid);
  }

  /** Inserts a message at a place, from 0 on. */
  insert(place: number, uid: number): ResultChange[] {
    if (this.#members.add([uid]).length === 0) return [];
    this.#uids.splice(place, 0, uid);
    return [[place + 1, [uid]]];
  }

  /** Removes those of the messages that are among them. */
  remove(uids: readonly number[]): ResultChange[] {
    const [[, gone = []] = []] = this.#members.remove(uids);
    if (gone.length === 0) return [];
    const isGone = new Set(gone);
    // From the end: what is removed there does not change the places before it.
    const changes: [number, number[]][] = [];
    for (let place = this.#uids.length - 1; place >= 0; place--) {
      const uid = this.#uids[place] ?? 0;
      if (!isGone.has(uid)) continue;
      const last = changes.at(-1);
      if (last !== undefined && last[0] === place + 2) {
        last[0]--;
        last[1].push(uid);
      } else changes.push([place + 1, [uid]]);
    }
    this.#uids = this.#uids.filter((uid) => !isGone.has(uid));
    return changes.map(([position, uids]) => [position, uids.reverse()]);
  }
}

/** Insertions at places that follow each other are one (RFC 5267 §4.3.3: the preferred representation). */
export function joinedInsertions(changes: readonly ResultChange[]): ResultChange[] {
  const joined: [number, number[]][] = [];
  for (const [position, uids] of changes) {
    const last = joined.at(-1);
    if (last !== undefined && position > 0 && position === last[0] + last[1].length) last[1].push(...uids);
    else joined.push([position, [...uids]]);
  }
  return joined;
}
