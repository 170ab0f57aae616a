/**
 * Counts by key in memory that all threads of the server see: asking another thread for each client would cost as much as
 * serving many a client does. What each thread has counted is kept apart, so that it can be taken back when it has died.
 *
 * A table with open addressing. Whoever changes it holds its lock, for less than a microsecond but when it is put in order.
 */

/** Integers before the slots: who holds the lock, and how many slots have a key. */
const LOCK = 0, USED = 1, HEAD = 2;
/** Integers of a slot before its counts: a key, of which no half is 0. */
const KEY = 2;
/** Milliseconds until the lock is looked at again. */
const TURN = 1;

/** A key: two integers of 32 bits, not 0. */
export type CountKey = readonly [high: number, low: number];

/** Keys that there is room for at most, whatever is configured. */
const MOST_KEYS = 100_000;

/** Memory for so many keys at a time. */
export function countsMemory(keys: number, threads: number): SharedArrayBuffer {
  // Half of it at most has keys that count: slots are found after few steps.
  const slots = 2 ** Math.ceil(Math.log2(2 * Math.min(keys, MOST_KEYS) + 2));
  return new SharedArrayBuffer(4 * (HEAD + slots * (KEY + threads)));
}

/** The counts, as one thread sees them. */
export class SharedCounts {
  readonly #table: Int32Array<SharedArrayBuffer>;
  readonly #threads: number;
  readonly #thread: number;
  readonly #slots: number;

  /** @param thread From 1 on. */
  constructor(memory: SharedArrayBuffer, threads: number, thread: number) {
    this.#table = new Int32Array(memory);
    this.#threads = threads;
    this.#thread = thread;
    this.#slots = (this.#table.length - HEAD) / (KEY + threads);
  }

  /** One more of a key; false, and it is not counted, where there are so many, or there is no room for another key. */
  add(key: CountKey, most: number): boolean {
    return this.#locked(() => {
      const at = this.#find(key) ?? this.#make(key);
      if (at === undefined || this.#sum(at) >= most) return false;
      this.#count(at, 1);
      return true;
    });
  }

  /** One less that this thread has counted. @returns how many are left. */
  remove(key: CountKey): number {
    return this.#locked(() => {
      const at = this.#find(key);
      if (at === undefined) return 0;
      this.#count(at, -1);
      return this.#sum(at);
    });
  }

  /** Takes back what a thread that is no more has counted, and its lock. */
  forget(thread: number): void {
    Atomics.compareExchange(this.#table, LOCK, thread, 0);
    this.#locked(() => {
      for (let slot = 0; slot < this.#slots; slot++) this.#table[this.#at(slot) + KEY + thread - 1] = 0;
    });
  }

  #locked<Result>(work: () => Result): Result {
    for (;;) {
      const holder = Atomics.compareExchange(this.#table, LOCK, 0, this.#thread);
      if (holder === 0) break;
      Atomics.wait(this.#table, LOCK, holder, TURN);
    }
    try {
      return work();
    } finally {
      Atomics.store(this.#table, LOCK, 0);
      Atomics.notify(this.#table, LOCK);
    }
  }

  #at(slot: number): number {
    return HEAD + slot * (KEY + this.#threads);
  }

  #find([high, low]: CountKey): number | undefined {
    const table = this.#table;
    for (let slot = low & (this.#slots - 1);; slot = (slot + 1) & (this.#slots - 1)) {
      const at = this.#at(slot);
      if (table[at] === high && table[at + 1] === low) return at;
      if (table[at] === 0) return undefined;
    }
  }

  #make(key: CountKey): number | undefined {
    // One slot is always free: searches end there.
    const most = this.#slots * 3 / 4;
    if ((this.#table[USED] ?? 0) >= most) this.#putInOrder();
    if ((this.#table[USED] ?? 0) >= most) return undefined;
    const [high, low] = key;
    for (let slot = low & (this.#slots - 1);; slot = (slot + 1) & (this.#slots - 1)) {
      const at = this.#at(slot);
      if (this.#table[at] !== 0) continue;
      this.#table.set([high, low], at);
      this.#table[USED] = (this.#table[USED] ?? 0) + 1;
      return at;
    }
  }

  /** Forgets keys that count nothing. */
  #putInOrder(): void {
    const width = KEY + this.#threads;
    const kept = Array.from({ length: this.#slots }, (_, slot) => this.#at(slot))
      .filter((at) => this.#table[at] !== 0 && this.#sum(at) > 0)
      .map((at) => this.#table.slice(at, at + width));
    this.#table.fill(0, USED);
    for (const slot of kept) {
      const at = this.#make([slot[0] ?? 0, slot[1] ?? 0]);
      if (at !== undefined) this.#table.set(slot, at);
    }
  }

  #count(at: number, change: 1 | -1): void {
    const place = at + KEY + this.#thread - 1;
    this.#table[place] = Math.max(0, (this.#table[place] ?? 0) + change);
  }

  #sum(at: number): number {
    let sum = 0;
    for (let thread = 0; thread < this.#threads; thread++) sum += this.#table[at + KEY + thread] ?? 0;
    return sum;
  }
}
