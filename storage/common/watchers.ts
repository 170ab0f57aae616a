/** Who watches which account's mailboxes, and what each has still to be told. */
import type { AccountId, MailboxId } from "../../core/contract/identifiers.ts";
import type { MailboxChange } from "../../core/contract/mailbox.ts";

/** Changes go to all watchers of the account; one that is slow gets the latest of each mailbox. */
export class Watchers {
  readonly #byAccount = new Map<AccountId, Set<Watcher>>();

  /** Watches from now on, not from the first step on, until `stop` aborts or the iteration is left. */
  watch(account: AccountId, stop: AbortSignal, left: () => void = () => {}): AsyncIterable<MailboxChange> {
    const watcher = new Watcher();
    const watchers = this.#byAccount.get(account) ?? new Set();
    this.#byAccount.set(account, watchers.add(watcher));
    const leave = () => {
      stop.removeEventListener("abort", leave);
      if (!watchers.delete(watcher)) return;
      if (watchers.size === 0 && this.#byAccount.get(account) === watchers) this.#byAccount.delete(account);
      watcher.end();
      left();
    };
    if (stop.aborted) leave();
    else stop.addEventListener("abort", leave);
    return watcher.changes(leave);
  }

  /** Whether somebody watches this account; without one, any. */
  isWatched(account?: AccountId): boolean {
    return account === undefined ? this.#byAccount.size > 0 : this.#byAccount.has(account);
  }

  /** Tells the watchers of an account. */
  tell(account: AccountId, change: MailboxChange): void {
    for (const watcher of this.#byAccount.get(account) ?? []) watcher.tell(change);
  }

  /** Tells the watchers of all accounts. */
  tellAll(change: MailboxChange): void {
    for (const watchers of this.#byAccount.values()) for (const watcher of watchers) watcher.tell(change);
  }

  /** Ends all iterations. */
  end(): void {
    for (const watchers of this.#byAccount.values()) for (const watcher of watchers) watcher.end();
    this.#byAccount.clear();
  }
}

/** One iteration. What waits is bounded by the number of mailboxes. */
class Watcher {
  readonly #waiting = new Map<MailboxId | undefined, MailboxChange>();
  #ended = false;
  #wake: () => void = () => {};

  tell(change: MailboxChange): void {
    this.#waiting.set(change.mailbox, change);
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  async *changes(leave: () => void): AsyncGenerator<MailboxChange> {
    try {
      while (!this.#ended) {
        for (const change of this.#waiting.values()) {
          this.#waiting.delete(change.mailbox);
          yield change;
          if (this.#ended) return;
        }
        if (this.#waiting.size > 0) continue;
        const { promise, resolve } = Promise.withResolvers<void>();
        this.#wake = resolve;
        await promise;
      }
    } finally {
      leave();
    }
  }
}
