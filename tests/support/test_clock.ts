/** A clock that tests move on. */
import type { WaitClock } from "../../core/wire/waits.ts";

/** Stands still otherwise. */
export class TestClock implements WaitClock {
  #now = 0;
  readonly #ticks = new Set<() => void>();

  /** Milliseconds since it was made. */
  now(): number {
    return this.#now;
  }

  /** Calls whenever the clock is moved on. */
  every(_milliseconds: number, tick: () => void): () => void {
    this.#ticks.add(tick);
    return () => this.#ticks.delete(tick);
  }

  /** So many milliseconds go by. */
  advance(milliseconds: number): void {
    this.#now += milliseconds;
    for (const tick of [...this.#ticks]) tick();
  }
}
