/** A place among the threads, and what lives there, one after the other: each is started again when it has died, or hangs. */
import type { AccountId } from "../../contract/identifiers.ts";
import type { Logger } from "../../contract/logger.ts";
import { DeadlineExceeded } from "../../wire/errors.ts";
import type { Bound } from "../door.ts";
import { NoAnswer } from "./calls.ts";
import { type LifeParts, ThreadLife } from "./thread_life.ts";
import type { Served } from "./thread_messages.ts";
import { problemsIn } from "./thread_problems.ts";

/** What a place is made of. */
export interface PlaceParts extends LifeParts {
  /** Told of accounts whose secrets were changed there. */
  readonly secretsChanged: (account: AccountId, by: ThreadLife) => void;
  /** What is served now. */
  readonly served: () => Served;
  /** For the operator. */
  readonly log: Logger;
}

/** Waits after a death, milliseconds: the first, and the longest, after which life begins anew. */
const firstWait = 250, longestWait = 30_000;
/** Milliseconds after its end until it counts as strange that a thread is not gone. */
const GOING = 10_000;

/** One of them. */
export class ThreadPlace implements AsyncDisposable {
  readonly #thread: number;
  readonly #parts: PlaceParts;
  #last: ThreadLife | undefined;
  #isAlive = false;
  #addresses: readonly Bound[] | undefined;
  #isEnding = false;
  #wait = firstWait;
  #since = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Empty. @param thread From 2 on. */
  constructor(thread: number, parts: PlaceParts) {
    this.#thread = thread;
    this.#parts = parts;
  }

  /** What lives there. */
  get life(): ThreadLife | undefined {
    return this.#isAlive ? this.#last : undefined;
  }

  /** The first one is set up. @throws CallFailed, or Error where it dies. */
  async start(): Promise<void> {
    await this.#begin().start(this.#parts.served());
  }

  /** It listens there, and so do those after it. @throws CallFailed, or Error where it has died. */
  async open(addresses: readonly Bound[]): Promise<void> {
    this.#addresses = addresses;
    if (this.life === undefined) throw new Error("a session thread has died as soon as it was there");
    await this.life.open(addresses);
  }

  /** What lives there cannot go on: another takes its place at once. @param isSilent Whether it has not answered. */
  async replace(isSilent: boolean): Promise<void> {
    await this.clear(isSilent);
    await this.revive();
  }

  /** What lives there cannot go on. @param isSilent Whether it has not answered. */
  async clear(isSilent: boolean): Promise<void> {
    const life = this.life;
    this.#isAlive = false;
    if (isSilent) life?.end(true);
    else await life?.stop();
  }

  /** Whoever dies from now on stays so. */
  stopReviving(): void {
    this.#isEnding = true;
    clearTimeout(this.#timer);
  }

  /** Ends what lives there, and breaks off what has not been drained. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.stopReviving();
    await this.#last?.stop();
  }

  /** @throws Error where there can be no further thread. */
  #begin(): ThreadLife {
    this.#since = performance.now();
    const life: ThreadLife = new ThreadLife(this.#thread, this.#parts, {
      died: (reason) => this.#died(life, `has died: ${reason}`),
      silent: () => {
        life.end(true);
        this.#died(life, "has not answered for a minute, and is ended");
      },
      secretsChanged: (account) => this.#parts.secretsChanged(account, life),
    });
    this.#last = life;
    this.#isAlive = true;
    return life;
  }

  #died(life: ThreadLife, what: string): void {
    if (this.life !== life) return;
    this.#isAlive = false;
    this.#failed(what);
  }

  /** It is tried again, later each time. */
  #failed(what: string): void {
    // Whoever starts or opens the first ones is told.
    if (this.#isEnding || this.#addresses === undefined) return;
    if (performance.now() - this.#since > longestWait) this.#wait = firstWait;
    const wait = this.#wait;
    this.#parts.log.error(`a session thread ${what}; its sessions are lost, and it is started again`, {
      thread: this.#thread,
      wait,
    });
    this.#wait = Math.min(2 * wait, longestWait);
    this.#timer = setTimeout(() => this.revive(), wait);
  }

  /** Another takes the place of what lived there. Never rejects. */
  async revive(): Promise<void> {
    await this.#lastIsGone();
    if (this.#isEnding) return;
    const served = this.#parts.served();
    let life: ThreadLife | undefined;
    try {
      life = this.#begin();
      await life.start(served);
      if (this.#isEnding) return;
      await life.open(this.#addresses ?? []);
      if (this.life !== life) return;
      this.#parts.log.info("a session thread is there again", { thread: this.#thread });
      // Reloaded meanwhile.
      if (served !== this.#parts.served()) this.replace(false);
    } catch (error) {
      if (life !== undefined && this.life !== life) return;
      this.#isAlive = false;
      life?.end(error instanceof NoAnswer);
      this.#failed(`cannot be started: ${problemsIn(error).join("; ")}`);
    }
  }

  /**
   * As long as a thread is there its listeners are, too, and the system gives them their share of clients: another one beside
   * it would not help them, and threads would become more and more.
   */
  async #lastIsGone(): Promise<void> {
    const gone = this.#last?.gone;
    if (gone === undefined) return;
    try {
      await this.#parts.waits.within(gone, GOING);
    } catch (error) {
      if (!(error instanceof DeadlineExceeded)) throw error;
      this.#parts.log.error(
        "a session thread that was ended is not gone: the system still gives it clients, whom nobody serves; " +
          "restart the server",
        { thread: this.#thread },
      );
      await gone;
    }
  }
}
