/** One further thread as the first sees it, from its start to its end: what it was given is taken back then. */
import type { AccountId } from "../../contract/identifiers.ts";
import type { SharedStorage } from "../../contract/storage.ts";
import type { ServerLog } from "../../observe/log.ts";
import type { Holds } from "../../sasl/holds.ts";
import type { PenaltyBook } from "../../sasl/penalty_book.ts";
import { DeadlineExceeded } from "../../wire/errors.ts";
import type { WaitClock, Waits } from "../../wire/waits.ts";
import { problemsOf } from "../control/answer_control.ts";
import type { Bound } from "../door.ts";
import { Calls, type Handlers } from "./calls.ts";
import type { FailureNotice } from "./shared_book.ts";
import { SharedCounts } from "./shared_counts.ts";
import type { SpawnedThread, SpawnThread } from "./spawn_thread.ts";
import type { FirstAnswers, FirstRequests, Served, ThreadAnswers, ThreadRequests } from "./thread_messages.ts";
import { Watchdog } from "./watchdog.ts";

/** What all threads of a server have in common. */
export interface InCommon {
  /** Written by the first thread only. */
  readonly log: Pick<ServerLog, "append">;
  /** How many threads there are, the first included. */
  readonly threads: number;
  /** Where clients are counted. */
  readonly counts: SharedArrayBuffer;
  /** Where failures are seen. */
  readonly notice: FailureNotice;
  /** Where failed logins are counted. */
  readonly book: PenaltyBook;
  /** Names that sessions hold. */
  readonly holds: Holds;
  /** See `Common` of the contract. */
  readonly secret: Uint8Array;
  /** Gives a share in the first thread's storage; absent: there can be no other thread. */
  share?(): SharedStorage;
}

/** What lives need besides. */
export interface LifeParts {
  /** What all threads have in common. */
  readonly common: InCommon;
  /** Starts the thread. */
  readonly spawn: SpawnThread;
  /** For its answers. */
  readonly waits: Waits;
  /** For looking whether it is there. */
  readonly clock: WaitClock;
}

/** What is told of a thread. */
export interface LifeListener {
  /** It has ended by itself. Called once. */
  died(reason: string): void;
  /** It serves, but does not answer. Called once. */
  silent(): void;
  /** Secrets of an account were changed in it. */
  secretsChanged(account: AccountId): void;
}

/** Milliseconds that a thread has to stop. */
const STOPPING = 15_000;

/** From its start to its end. */
export class ThreadLife {
  /** Of the threads, from 2 on. */
  readonly thread: number;
  /** Asks it. */
  readonly calls: Calls<ThreadRequests, ThreadAnswers>;
  /** Resolves when it does nothing any more, and its sockets are closed: later than `end`, or never. */
  readonly gone: Promise<void>;
  /** Whether it serves. */
  isOpen = false;
  readonly #parts: LifeParts;
  readonly #listener: LifeListener;
  readonly #spawned: SpawnedThread;
  readonly #share: SharedStorage;
  /** Names without an end that it holds, by the holder's number; others end by themselves. */
  readonly #held = new Map<number, string>();
  #watchdog: Watchdog | undefined;
  #reason: string | undefined;

  /** Started, but not yet set up. @throws Error where there can be no further thread. */
  constructor(thread: number, parts: LifeParts, listener: LifeListener) {
    const { common, spawn, waits } = parts;
    this.thread = thread;
    this.#parts = parts;
    this.#listener = listener;
    if (common.share === undefined) throw new Error("the storage serves one thread only");
    const { promise, resolve } = Promise.withResolvers<void>();
    this.gone = promise;
    using undo = new DisposableStack();
    this.#share = undo.use(common.share());
    this.#spawned = spawn(thread, {
      failed: (reason) => this.#died(reason),
      gone: () => {
        this.#died("it has ended itself");
        // Not before: until then it may count.
        new SharedCounts(common.counts, common.threads, 1).forget(thread);
        resolve();
      },
    });
    undo.move();
    this.calls = new Calls(this.#spawned.port, this.#handlers(listener), problemsOf, waits);
  }

  /** Sets everything up. @throws CallFailed, or Error where it dies. */
  async start(served: Served): Promise<void> {
    const { thread } = this, { port: through } = this.#share;
    const { threads, secret, counts, notice: { memory: notice } } = this.#parts.common;
    try {
      await this.calls.ask("start", { ...served, thread, threads, through, secret, counts, notice }, [through]);
    } catch (error) {
      throw this.#reason === undefined ? error : new Error(this.#reason, { cause: error });
    }
  }

  /** It listens, and is watched from now on. @throws CallFailed. */
  async open(addresses: readonly Bound[]): Promise<void> {
    await this.calls.ask("open", { addresses });
    if (this.#reason !== undefined) return;
    this.isOpen = true;
    this.#watchdog = new Watchdog(
      () => this.calls.ask("isThere", {}),
      () => this.#listener.silent(),
      this.#parts.clock,
    );
  }

  /** It stops everything in order, if it does so in time, and is ended. */
  async stop(): Promise<void> {
    this.isOpen = false;
    const isLate = await this.#parts.waits.within(this.calls.ask("stop", {}), STOPPING)
      .then(() => false, (error) => error instanceof DeadlineExceeded);
    this.end(isLate);
  }

  /** Ends it, whatever it does. @param isSilent Whether it has not answered. */
  end(isSilent = false): void {
    if (!this.#isOver("it was ended")) this.#spawned.end(isSilent);
  }

  #died(reason: string): void {
    if (this.#isOver(reason)) return;
    this.#spawned.end(false);
    this.#listener.died(reason);
  }

  /** Takes back what it was given, but for what it may still use until it is gone. @returns whether that was done before. */
  #isOver(reason: string): boolean {
    if (this.#reason !== undefined) return true;
    this.#reason = reason;
    this.isOpen = false;
    this.#watchdog?.[Symbol.dispose]();
    this.calls.end();
    for (const [token, name] of this.#held) this.#parts.common.holds.release(name, token);
    this.#held.clear();
    this.#share[Symbol.dispose]();
    return false;
  }

  #handlers({ secretsChanged }: LifeListener): Handlers<FirstRequests, FirstAnswers> {
    const { log, book, holds } = this.#parts.common;
    return {
      remaining: (claim) => book.remaining(claim),
      failed: (claim) => book.failed(claim),
      succeeded: (claim) => book.succeeded(claim),
      hold: ({ name, most }) => {
        const token = holds.take(name, most);
        if (token !== undefined && most === Infinity) this.#held.set(token, name);
        return token;
      },
      isHeld: ({ name, token }) => holds.isHeld(name, token),
      release: ({ name, token }) => {
        this.#held.delete(token);
        holds.release(name, token);
      },
      secretsChanged: ({ account }) => secretsChanged(account),
      log: ({ lines }) => log.append(lines),
    };
  }
}
