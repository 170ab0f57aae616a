/** A bell: wakes those who wait for something to happen. What happens several times meanwhile is told once. */

/** Everyone who listens hears it. */
export class Bell {
  readonly #listeners = new Set<Listener>();

  /** Whether anybody listens. */
  get isHeard(): boolean {
    return this.#listeners.size > 0;
  }

  /** Something has happened. */
  ring(): void {
    for (const listener of this.#listeners) listener.wake();
  }

  /** Listens from now on, not from the first step on, until `stop` aborts or the iteration is left. */
  listen(stop: AbortSignal, left: () => void = () => {}): AsyncIterable<void> {
    const listener = new Listener();
    this.#listeners.add(listener);
    const leave = () => {
      stop.removeEventListener("abort", leave);
      if (!this.#listeners.delete(listener)) return;
      listener.end();
      left();
    };
    if (stop.aborted) leave();
    else stop.addEventListener("abort", leave);
    return listener.rings(leave);
  }

  /** Ends all iterations. */
  end(): void {
    for (const listener of this.#listeners) listener.end();
    this.#listeners.clear();
  }
}

class Listener {
  #hasRung = false;
  #hasEnded = false;
  #next = Promise.withResolvers<void>();

  wake(): void {
    this.#hasRung = true;
    this.#next.resolve();
  }

  end(): void {
    this.#hasEnded = true;
    this.#next.resolve();
  }

  async *rings(leave: () => void): AsyncGenerator<void> {
    try {
      while (true) {
        await this.#next.promise;
        if (this.#hasEnded) return;
        this.#next = Promise.withResolvers();
        if (!this.#hasRung) continue;
        this.#hasRung = false;
        yield;
      }
    } finally {
      leave();
    }
  }
}
