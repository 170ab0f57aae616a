/** One further thread as the first sees it, from its start to its end: what it was given is taken back then. */
import type { AccountId } from "../../contract/identifiers.ts";
import type { SharedStorage } from "../../contract/storage.ts";
import type { ServerLog } from "../../observe/log.ts";
import type { Holds } from "../../sasl/holds.ts";
import type { PenaltyBook } from "../../sasl/penalty_book.ts";
import { problemsOf } from "../answer_control.ts";
import { Calls, type Handlers } from "./calls.ts";
import type { FailureNotice } from "./shared_book.ts";
import { SharedCounts } from "./shared_counts.ts";
import { spawnThread } from "./spawn_thread.ts";
import type { FirstAnswers, FirstRequests, Served, ThreadAnswers, ThreadRequests } from "./thread_messages.ts";

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

/** What is told of a thread. */
export interface LifeListener {
  /** It has ended by itself. Called once. */
  died(reason: string): void;
  /** Secrets of an account were changed in it. */
  secretsChanged(account: AccountId): void;
}

/** From its start to its end. */
export class ThreadLife {
  /** Of the threads, from 2 on. */
  readonly thread: number;
  /** Asks it. */
  readonly calls: Calls<ThreadRequests, ThreadAnswers>;
  /** Whether it serves. */
  isOpen = false;
  readonly #worker: Worker;
  readonly #share: SharedStorage;
  /** Names without an end that it holds, by the holder's number; others end by themselves. */
  readonly #held = new Map<number, string>();
  readonly #common: InCommon;
  #reason: string | undefined;

  /** Started, but not yet set up. */
  constructor(thread: number, common: InCommon, listener: LifeListener) {
    this.thread = thread;
    this.#common = common;
    if (common.share === undefined) throw new Error("the storage serves one thread only");
    this.#share = common.share();
    this.#worker = spawnThread(thread);
    this.#worker.addEventListener("error", (event) => {
      // Else it would end the first thread, too.
      event.preventDefault();
      if (this.#reason !== undefined) return;
      this.#reason = event.message;
      this.end();
      listener.died(event.message);
    });
    this.calls = new Calls(this.#worker, this.#handlers(listener), problemsOf);
  }

  /** Sets everything up. @throws CallFailed, or Error where it dies. */
  async start(served: Served): Promise<void> {
    const { thread } = this, { port: through } = this.#share;
    const { threads, secret, counts, notice: { memory: notice } } = this.#common;
    try {
      await this.calls.ask("start", { ...served, thread, threads, through, secret, counts, notice }, [through]);
    } catch (error) {
      throw this.#reason === undefined ? error : new Error(this.#reason, { cause: error });
    }
  }

  /** Ends it, whatever it does. */
  end(): void {
    this.isOpen = false;
    this.#reason ??= "it was ended";
    this.#worker.terminate();
    this.calls.end();
    const { threads, counts } = this.#common;
    new SharedCounts(counts, threads, 1).forget(this.thread);
    for (const [token, name] of this.#held) this.#common.holds.release(name, token);
    this.#held.clear();
    this.#share[Symbol.dispose]();
  }

  #handlers({ secretsChanged }: LifeListener): Handlers<FirstRequests, FirstAnswers> {
    const { log, book, holds } = this.#common;
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
