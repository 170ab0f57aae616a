/** Runs the periodic work of extensions: never twice at the same time, and never after another generation has taken over. */
import type { PeriodicWork } from "../contract/extension.ts";
import type { Logger } from "../contract/logger.ts";
import { type Sleep, sleep } from "../sasl/penalties.ts";
import type { NamedExtension } from "../delivery/place_copies.ts";

/** Milliseconds: more often is no periodic work but a loop, and timers of the runtime count no further. */
const SHORTEST = 1000, LONGEST = 2_147_483_647;

/** What is to be done, named for the log. @throws RangeError that says what cannot be. */
export function periodicWorkOf(extensions: readonly NamedExtension[]): readonly PeriodicWork[] {
  return extensions.flatMap(({ name: extension, extension: { periodic = [] } }) =>
    periodic.map((work) => {
      const { every } = work, name = `${extension}: ${work.name}`;
      if (every >= SHORTEST && every <= LONGEST) return { name, every, run: (signal) => work.run(signal) };
      throw new RangeError(`${name}: to be done every ${every} ms; expected ${SHORTEST} to ${LONGEST}`);
    })
  );
}

/** Work that is being done. Disposing ends it. */
export class Periodic implements Disposable {
  readonly #stop = new AbortController();
  readonly #running = new Set<Promise<void>>();
  readonly #log: Logger;
  readonly #sleep: Sleep;

  /** Begins: each waits its time first. @param wait Absent: by the clock. */
  constructor(works: readonly PeriodicWork[], log: Logger, wait: Sleep = sleep) {
    this.#log = log;
    this.#sleep = wait;
    for (const work of works) {
      const running = this.#repeat(work).finally(() => this.#running.delete(running));
      this.#running.add(running);
    }
  }

  /** Nothing is begun any more, and what runs is told to stop. */
  [Symbol.dispose](): void {
    this.#stop.abort();
  }

  /** Resolves when nothing runs any more. */
  async ended(): Promise<void> {
    await Promise.all(this.#running);
  }

  /** Never rejects. */
  async #repeat(work: PeriodicWork): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await this.#sleep(work.every, signal);
      if (signal.aborted) return;
      try {
        await work.run(signal);
      } catch (error) {
        if (!signal.aborted) this.#log.error("periodic work failed", { work: work.name, error });
      }
    }
  }
}
