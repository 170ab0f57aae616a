/** Has the index of texts filled: a step at a time, with rests between them that leave the writer to those who deliver. */
import type { WaitClock } from "../../core/wire/waits.ts";
import type { WriterLink } from "./writer_link.ts";

/** How long a mailbox that was touched is left alone at first, and after how long nothing counts as quiet; milliseconds. */
const QUIET = 250;
/** How many times as long as a step the rest after it takes: in quiet, and while others are writing. */
const quietRest = 2, busyRest = 150;
/** Steps after which pieces of the index are brought together. */
const MERGE = 4;
/** How long nothing is tried after a failure, milliseconds: a full disk has enough to do with mail. */
const RETRY = 300_000;
/** How often all mailboxes are looked at for what others have left to do, milliseconds. */
const LOOK = 60_000;

/** What an indexer is told of. */
export interface IndexerSurroundings {
  /** Whether a commit is under way. */
  readonly isBusy: () => boolean;
  /** Mailboxes that need work, after the given one, some of them. */
  readonly waiting: (after: number) => readonly number[];
  /** For its rests, and for how long it is until it looks, or tries, again. */
  readonly clock: WaitClock;
}

/** Begins when something is written or looked for: a storage that nobody uses needs no index. */
export class Indexer {
  readonly #link: WriterLink;
  readonly #surroundings: IndexerSurroundings;
  readonly #queue = new Set<number>();
  /** Up to this mailbox all have been looked at; undefined when that is done. */
  #seen: number | undefined = 0;
  #running: Promise<void> | undefined;
  #endRest: (() => void) | undefined;
  #lastBusy = -Infinity;
  #notBefore = -Infinity;
  /** Whether others have written since all were looked at, and when that began. */
  #othersWrote = false;
  #lookedAt = -Infinity;
  #isStopped = false;
  #isAwaited = false;

  /** Through the link. */
  constructor(link: WriterLink, surroundings: IndexerSurroundings) {
    this.#link = link;
    this.#surroundings = surroundings;
  }

  /** Another program has written, who knows what, and may have ended before it came to the index. */
  othersWrote(): void {
    this.#othersWrote = true;
    this.touched();
  }

  /** A mailbox was changed; or, without one, somebody looks for texts. */
  touched(mailbox?: number): void {
    if (this.#isStopped) return;
    if (mailbox !== undefined) this.#queue.add(mailbox);
    const now = this.#surroundings.clock.now();
    if (now < this.#notBefore) return;
    if (this.#othersWrote && now - this.#lookedAt >= LOOK) {
      this.#othersWrote = false;
      this.#lookedAt = now;
      this.#seen = 0;
    }
    this.#running ??= this.#run().finally(() => this.#running = undefined);
  }

  /** When there is nothing left to do for now; without rests, for somebody waits. */
  async settled(): Promise<void> {
    this.#isAwaited = true;
    this.touched();
    this.#endRest?.();
    await this.#running;
    this.#isAwaited = false;
  }

  /** Leaves the rest for the next time. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#endRest?.();
    await this.#running;
  }

  async #run(): Promise<void> {
    try {
      await this.#rest(QUIET);
      // Only the writer knows whether the index that is there is any good.
      await this.#link.session();
      for (let steps = 1; !this.#isStopped; steps++) {
        const mailbox = this.#next();
        if (mailbox === undefined) break;
        // While it is at work: what is committed to the mailbox meanwhile is for another step.
        this.#queue.delete(mailbox);
        if (await this.#step({ mailbox })) this.#queue.add(mailbox);
        if (steps % MERGE === 0) await this.#step({});
      }
      while (!this.#isStopped && await this.#step({}));
    } catch {
      // The link has said why; what is left is indexed later.
      this.#notBefore = this.#surroundings.clock.now() + RETRY;
    }
  }

  #next(): number | undefined {
    while (this.#queue.size === 0 && this.#seen !== undefined) {
      const some = this.#surroundings.waiting(this.#seen);
      for (const mailbox of some) this.#queue.add(mailbox);
      this.#seen = some.at(-1);
    }
    const [mailbox] = this.#queue;
    return mailbox;
  }

  /** Gives whether there is more to do. */
  async #step(request: { readonly mailbox?: number }): Promise<boolean> {
    const start = performance.now();
    const { more } = await this.#link.request("index", request);
    const now = performance.now();
    if (this.#surroundings.isBusy()) this.#lastBusy = now;
    await this.#rest((now - start) * (now - this.#lastBusy < QUIET ? busyRest : quietRest));
    return more;
  }

  async #rest(milliseconds: number): Promise<void> {
    if (this.#isStopped || this.#isAwaited) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const stop = this.#surroundings.clock.every(milliseconds, resolve);
    this.#endRest = resolve;
    await promise;
    stop();
  }
}
