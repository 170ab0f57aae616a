/**
 * Carries the queue: takes entries that are due, a few at a time, and hands each to its transport. An entry is leased while
 * it is carried, and leases are short and extended, so that what a process that died had in hand is soon carried by another
 * one, and never by two at once.
 */
import type { QueueId } from "../contract/identifiers.ts";
import type { Logger } from "../contract/logger.ts";
import type { QueueEntry } from "../contract/queue.ts";
import type { Storage } from "../contract/storage.ts";
import { carryEntry, type CarryParts } from "./carry_entry.ts";

/** The time, and waits for it. Tests have their own. */
export interface QueueClock {
  /** Now. */
  now(): Date;
  /** Resolves after so many milliseconds, or when the signal aborts. */
  wait(milliseconds: number, stop: AbortSignal): Promise<void>;
}

/** What a runner is made of. */
export interface RunnerParts {
  /** Where the queue is. */
  readonly storage: Storage;
  /** Gives what entries are carried with at present, and keeps it alive until the work has been done. */
  use(work: (outgoing: Outgoing) => Promise<void>): Promise<void>;
  /** For the operator. */
  readonly log: Logger;
  /** The time. */
  readonly clock: QueueClock;
}

/** What entries are carried with; a reload replaces it. */
export type Outgoing = Omit<CarryParts, "storage" | "log" | "clock" | "runner" | "stop">;

/** Entries in hand at a time, and those of one domain: a host that hangs must not hold up all others. */
const mostAtOnce = 20, mostOfDomain = 5;
/** Milliseconds of a lease, and between two extensions of it. */
const lease = 60_000, extension = 15_000;
/** Milliseconds after which the queue is looked at in any case, and after which a storage that failed is asked again. */
const longestRest = 60 * 60_000, pause = 5_000;

/** Runs until it is drained or disposed of. */
export class QueueRunner implements AsyncDisposable {
  readonly #parts: RunnerParts;
  readonly #runner: string = crypto.randomUUID();
  /** Ends the taking of entries. */
  readonly #drain = new AbortController();
  /** Ends attempts in hand. */
  readonly #stop = new AbortController();
  readonly #carried = new Map<Promise<void>, QueueEntry>();
  readonly #running: Promise<unknown>;
  #extending: Promise<void> | undefined;
  #wake = Promise.withResolvers<void>();

  /** Begins. */
  constructor(parts: RunnerParts) {
    this.#parts = parts;
    this.#running = Promise.all([this.#run(), this.#listen()]);
  }

  /** Takes no more, and waits for what is in hand until the signal aborts. */
  async drain(deadline: AbortSignal): Promise<void> {
    this.#drain.abort();
    this.#wake.resolve();
    const { promise: late, resolve } = Promise.withResolvers<void>();
    if (deadline.aborted) resolve();
    deadline.addEventListener("abort", () => resolve(), { once: true });
    await Promise.race([Promise.all(this.#carried.keys()), late]);
  }

  /** Breaks off what is in hand and gives it back: it is due at once. */
  async [Symbol.asyncDispose](): Promise<void> {
    const entries = this.#inHand();
    this.#drain.abort();
    this.#stop.abort();
    this.#wake.resolve();
    await this.#running;
    await Promise.all(this.#carried.keys());
    await this.#extending;
    if (entries.length === 0) return;
    try {
      const { storage, clock } = this.#parts;
      await storage.apply([{ do: "extendClaims", runner: this.#runner, entries, until: clock.now() }]);
    } catch {
      // The leases end by themselves.
    }
  }

  async #run(): Promise<void> {
    const { signal } = this.#drain;
    while (!signal.aborted) {
      this.#wake = Promise.withResolvers();
      const rest = await this.#takeDue();
      if (rest === 0 || signal.aborted) continue;
      using woken = new DisposableStack();
      const waiting = new AbortController();
      woken.defer(() => waiting.abort());
      await Promise.race([this.#wake.promise, this.#parts.clock.wait(rest, waiting.signal)]);
    }
  }

  /** Takes some of what is due. Gives how long to rest: not at all, when there may be more. */
  async #takeDue(): Promise<number> {
    const { storage, clock, log } = this.#parts;
    const free = mostAtOnce - this.#carried.size;
    if (free <= 0) return longestRest;
    try {
      const now = clock.now();
      const first = await storage.nextDue(new Date(0));
      if (first === undefined) return longestRest;
      if (first <= now && await this.#take(Math.min(free, mostOfDomain), now) > 0) return 0;
      // What is due and was not taken is of a domain that has its share, or somebody else's by now.
      const next = await storage.nextDue(now);
      return Math.min(longestRest, next === undefined ? Infinity : next.getTime() - now.getTime());
    } catch (error) {
      log.warn("the queue cannot be read: it is tried again", { error });
      return pause;
    }
  }

  async #take(most: number, now: Date): Promise<number> {
    const exceptDomains = this.#busyDomains();
    const until = new Date(now.getTime() + lease);
    const [entries] = await this.#parts.storage.apply([
      { do: "claimQueued", runner: this.#runner, most, until, exceptDomains },
    ]);
    for (const entry of entries) this.#begin(entry);
    return entries.length;
  }

  #begin(entry: QueueEntry): void {
    const work = this.#carry(entry).finally(() => {
      this.#carried.delete(work);
      this.#wake.resolve();
    });
    this.#carried.set(work, entry);
    this.#extending ??= this.#extend().finally(() => this.#extending = undefined);
  }

  async #carry(entry: QueueEntry): Promise<void> {
    const { storage, clock, log } = this.#parts;
    const own = { storage, clock, log, runner: this.#runner, stop: this.#stop.signal };
    try {
      await this.#parts.use((outgoing) => carryEntry(entry, { ...outgoing, ...own }));
    } catch (error) {
      log.error("a message in the queue could not be carried", { entry: entry.id, error });
    }
  }

  #busyDomains(): string[] {
    const counts = new Map<string, number>();
    for (const { domain } of this.#carried.values()) counts.set(domain, (counts.get(domain) ?? 0) + 1);
    return [...counts].filter(([, count]) => count >= mostOfDomain).map(([domain]) => domain);
  }

  #inHand(): QueueId[] {
    return [...this.#carried.values()].map(({ id }) => id);
  }

  async #listen(): Promise<void> {
    const { storage, clock, log } = this.#parts;
    const { signal } = this.#drain;
    while (!signal.aborted) {
      try {
        for await (const _ of storage.watchQueue(signal)) this.#wake.resolve();
        // The storage has ended it: there is nothing more to come.
        return;
      } catch (error) {
        log.warn("the queue cannot be watched: it is tried again", { error });
        await clock.wait(pause, signal);
        // What came meanwhile was not told.
        this.#wake.resolve();
      }
    }
  }

  async #extend(): Promise<void> {
    const { storage, clock, log } = this.#parts;
    while (this.#carried.size > 0) {
      await clock.wait(extension, this.#stop.signal);
      if (this.#stop.signal.aborted) return;
      const entries = this.#inHand();
      try {
        const until = new Date(clock.now().getTime() + lease);
        await storage.apply([{ do: "extendClaims", runner: this.#runner, entries, until }]);
      } catch (error) {
        log.warn("the leases of messages in hand could not be extended", { error });
      }
    }
  }
}

/** The time as it is. */
export function systemQueueClock(now: () => Date): QueueClock {
  return {
    now,
    wait(milliseconds, stop) {
      const { promise, resolve } = Promise.withResolvers<void>();
      if (stop.aborted) return Promise.resolve();
      const end = () => {
        clearTimeout(timer);
        stop.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, milliseconds);
      stop.addEventListener("abort", end);
      return promise;
    },
  };
}
