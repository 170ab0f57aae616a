/** What is committed to the mailboxes that a session is interested in, while it does something else. */
import type { AccountId, MailboxChange, Storage } from "../../../core/contract/mod.ts";

/** Watches accounts for a session, until it is disposed of. */
export class Watcher implements Disposable {
  readonly #storage: Storage;
  readonly #seen: (account: AccountId, change: MailboxChange) => void;
  readonly #watched = new Map<AccountId, AbortController>();
  #changed = Promise.withResolvers<void>();

  /** @param seen Told of each change as it comes. */
  constructor(storage: Storage, seen: (account: AccountId, change: MailboxChange) => void) {
    this.#storage = storage;
    this.#seen = seen;
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
    for await (const change of this.#storage.watch(account, stop)) {
      if (stop.aborted) return;
      this.#seen(account, change);
      this.wake();
    }
  }
}
