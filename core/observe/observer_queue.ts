/** What one observer has still to be told: one event after the other, each for a limited time, and never too many. */
import type { Logger } from "../contract/logger.ts";
import { beforeDeadline, inTime } from "../wire/in_time.ts";
import type { ObserverLimits } from "./observation.ts";
import { letOthersIn } from "../wire/turns.ts";

interface Waiting {
  readonly event: string;
  readonly tell: () => Promise<void> | void;
}

/** The queue of one observer. */
export class ObserverQueue implements Disposable {
  readonly #log: Logger;
  readonly #limits: ObserverLimits;
  readonly #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  #dropped = 0;
  #isOver = false;

  constructor(log: Logger, limits: ObserverLimits) {
    this.#log = log;
    this.#limits = limits;
  }

  /** Returns before anything is told. */
  add(event: string, tell: Waiting["tell"]): void {
    if (this.#isOver) return;
    if (this.#waiting.length >= this.#limits.waiting) {
      // Told once now, and counted when there is room again.
      if (this.#dropped++ === 0) this.#log.warn("an observer is too slow: events are dropped", { event });
      return;
    }
    this.#waiting.push({ event, tell });
    this.#running ??= this.#run();
  }

  /** Resolves when nothing waits any more, or when the signal aborts. Never rejects. */
  async drain(deadline: AbortSignal): Promise<void> {
    await beforeDeadline(this.#running, deadline);
  }

  /** Nothing is told any more. */
  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#waiting.length = 0;
  }

  async #run(): Promise<void> {
    // What is under way in this turn, such as the reply to a client, comes first.
    await letOthersIn();
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      await this.#tell(next);
      if (this.#dropped === 0) continue;
      this.#log.warn("an observer was too slow: events were dropped", { dropped: this.#dropped });
      this.#dropped = 0;
    }
    this.#running = undefined;
  }

  async #tell({ event, tell }: Waiting): Promise<void> {
    try {
      await inTime(Promise.try(tell), this.#limits.patience, "it has not come to an end");
    } catch (error) {
      this.#log.error("an observer failed", { event, error });
    }
  }
}
