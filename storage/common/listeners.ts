/** Those who are told what happens. Whoever is slow is told, of several things that are of a kind, the latest alone. */

/** Everyone who listens hears it. */
export class Listeners<Change = void> {
  readonly #all = new Set<Listener<Change>>();
  readonly #kindOf: (change: Change) => unknown;

  /** @param kindOf Of which kind a change is; absent: all are of one. */
  constructor(kindOf: (change: Change) => unknown = () => undefined) {
    this.#kindOf = kindOf;
  }

  /** Whether anybody listens. */
  get areThere(): boolean {
    return this.#all.size > 0;
  }

  /** Something has happened. */
  tell(change: Change): void {
    const kind = this.#kindOf(change);
    for (const listener of this.#all) listener.tell(kind, change);
  }

  /** Listens from now on, not from the first step on, until `stop` aborts or the iteration is left: `left` is called then. */
  listen(stop: AbortSignal, left: () => void = () => {}): AsyncIterable<Change> {
    const listener = new Listener<Change>();
    this.#all.add(listener);
    const leave = () => {
      stop.removeEventListener("abort", leave);
      if (!this.#all.delete(listener)) return;
      listener.end();
      left();
    };
    if (stop.aborted) leave();
    else stop.addEventListener("abort", leave);
    return listener.changes(leave);
  }

  /** Ends all iterations. */
  end(): void {
    for (const listener of this.#all) listener.end();
    this.#all.clear();
  }
}

class Listener<Change> {
  /** By kind. */
  readonly #waiting = new Map<unknown, Change>();
  #hasEnded = false;
  #wake: () => void = () => {};

  tell(kind: unknown, change: Change): void {
    this.#waiting.set(kind, change);
    this.#wake();
  }

  end(): void {
    this.#hasEnded = true;
    this.#wake();
  }

  async *changes(leave: () => void): AsyncGenerator<Change> {
    try {
      while (!this.#hasEnded) {
        for (const [kind, change] of this.#waiting) {
          this.#waiting.delete(kind);
          yield change;
          if (this.#hasEnded) return;
        }
        if (this.#waiting.size > 0) continue;
        const { promise, resolve } = Promise.withResolvers<void>();
        this.#wake = resolve;
        await promise;
      }
    } finally {
      leave();
    }
  }
}
