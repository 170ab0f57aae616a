/** What is committed to the mailboxes that a session is interested in, while it does something else. */
import type { AccountId, MailboxChange, Storage } from "../contract/mod.ts";

/** Who is told. */
export interface WatchListener {
  /** Of each change as it comes. */
  seen(account: AccountId, change: MailboxChange): void;
  /** That no more will come, though they should. */
  failed(error: unknown): void;
}

/** Watches accounts for a session, until it is disposed of. */
export class Watcher implements Disposable {
  readonly #storage: Storage;
  readonly #listener: WatchListener;
  readonly #watched = new Map<AccountId, AbortController>();
  #changed = Promise.withResolvers<void>();

  /** Nobody is watched yet. */
  constructor(storage: Storage, listener: WatchListener) {
    this.#storage = storage;
    this.#listener = listener;
  }

  /** Resolves at the next change, or when `wake` is called. */
  get changed(): Promise<void> {
    return this.#changed.promise;
  }

  /** Watches these accounts from now on, and no others. */
  watch(accounts: ReadonlySet<AccountId>): void {
    for (const [account, controller] of this.#watched) {
      if (accounts.has(account)) continue;
      this.#watched.delete(account);
      controller.abort();
    }
    for (const account of accounts) {
      if (this.#watched.has(account)) continue;
      const controller = new AbortController();
      this.#watched.set(account, controller);
      this.#follow(account, controller.signal);
    }
  }

  /** Those who wait for a change go on. */
  wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  /** Watches nobody any more. */
  [Symbol.dispose](): void {
    this.watch(new Set());
    this.wake();
  }

  async #follow(account: AccountId, stop: AbortSignal): Promise<void> {
    try {
      for await (const change of this.#storage.watch(account, stop)) {
        if (stop.aborted) return;
        this.#listener.seen(account, change);
        this.wake();
      }
    } catch (error) {
      this.#listener.failed(error);
    }
  }
}
