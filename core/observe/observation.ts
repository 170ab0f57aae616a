/**
 * Tells observers what has happened. Nobody waits for them: each has a queue of its own, so that one that is slow or fails
 * delays no session and no other observer, and the queue is bounded, so that it cannot grow memory either.
 */
import type { EventByName, Observers } from "../contract/observers.ts";
import type { Logger } from "../contract/logger.ts";
import { ObserverQueue } from "./observer_queue.ts";

/** Bounds of an observer. */
export interface ObserverLimits {
  /** Events that may wait; what comes while so many do is dropped, and counted. */
  readonly waiting: number;
  /** Milliseconds that an observer has for one event; then it is told the next one. */
  readonly patience: number;
}

const usualLimits: ObserverLimits = { waiting: 1000, patience: 30_000 };

/** What parts of the server tell. */
export interface EventSink {
  /** Whether anybody wants to be told: where nobody does, an event need not be made. */
  has(name: keyof EventByName): boolean;
  /** Never throws, and returns before anybody is told. */
  tell<Name extends keyof EventByName>(name: Name, event: EventByName[Name]): void;
}

/** All observers of a generation of plugins. */
export class Observation implements EventSink, Disposable {
  readonly #log: Logger;
  readonly #limits: ObserverLimits;
  readonly #queues: { readonly observers: Observers; readonly queue: ObserverQueue }[] = [];

  /** Nobody yet. */
  constructor(log: Logger, limits: ObserverLimits = usualLimits) {
    this.#log = log;
    this.#limits = limits;
  }

  /** @param name As the configuration names it. */
  add(name: string, observers: Observers): void {
    const queue = new ObserverQueue(this.#log.child({ extension: name }), this.#limits);
    this.#queues.push({ observers, queue });
  }

  has(name: keyof EventByName): boolean {
    return this.#queues.some(({ observers }) => observers[name] !== undefined);
  }

  tell<Name extends keyof EventByName>(name: Name, event: EventByName[Name]): void {
    for (const { observers, queue } of this.#queues) {
      if (observers[name] === undefined) continue;
      // What one observer does to the event must not be seen by another, nor by us.
      queue.add(name, () => observers[name]?.(structuredClone(event)));
    }
  }

  /** Resolves when all that has been told has been heard, or when the signal aborts. */
  async drain(deadline: AbortSignal): Promise<void> {
    await Promise.all(this.#queues.map(({ queue }) => queue.drain(deadline)));
  }

  /** Nobody is told anything any more. */
  [Symbol.dispose](): void {
    for (const { queue } of this.#queues) queue[Symbol.dispose]();
  }
}
