/** Who watches which account's mailboxes, and what each has still to be told. */
import type { AccountId, MailboxId } from "../../core/contract/identifiers.ts";
import type { AccountChange, MailboxChange } from "../../core/contract/mailbox.ts";

/** Changes go to all watchers of the account; one that is slow gets the latest of each mailbox. */
export class Watchers {
  readonly #byAccount = new Map<AccountId, Set<Watcher<MailboxChange>>>();
  readonly #ofAll = new Set<Watcher<AccountChange>>();

  /** Watches from now on, not from the first step on, until `stop` aborts or the iteration is left. */
  watch(account: AccountId, stop: AbortSignal, left: () => void = () => {}): AsyncIterable<MailboxChange> {
    const watcher = new Watcher(({ mailbox }: MailboxChange) => mailbox);
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

  /** Watches all accounts, as `watch` does one. */
  watchAll(stop: AbortSignal, left: () => void = () => {}): AsyncIterable<AccountChange> {
    const watcher = new Watcher(({ mailbox, account }: AccountChange) => mailbox ?? account);
    this.#ofAll.add(watcher);
    const leave = () => {
      stop.removeEventListener("abort", leave);
      if (!this.#ofAll.delete(watcher)) return;
      watcher.end();
      left();
    };
    if (stop.aborted) leave();
    else stop.addEventListener("abort", leave);
    return watcher.changes(leave);
  }

  /** Whether somebody watches this account; without one, any. Who watches all is not counted. */
  isWatched(account?: AccountId): boolean {
    return account === undefined ? this.#byAccount.size > 0 : this.#byAccount.has(account);
  }

  /** Whether somebody watches all. */
  get isAllWatched(): boolean {
    return this.#ofAll.size > 0;
  }

  /** Tells the watchers of an account, and those who watch all. */
  tell(account: AccountId, change: MailboxChange): void {
    this.tellOfAll({ ...change, account });
    this.tellOf(account, change);
  }

  /** Tells the watchers of an account. */
  tellOf(account: AccountId, change: MailboxChange): void {
    for (const watcher of this.#byAccount.get(account) ?? []) watcher.tell(change);
  }

  /** Tells those who watch all accounts. */
  tellOfAll(change: AccountChange): void {
    for (const watcher of this.#ofAll) watcher.tell(change);
  }

  /** Tells everybody. */
  tellAll(change: MailboxChange): void {
    this.tellOfAll(change);
    for (const watchers of this.#byAccount.values()) for (const watcher of watchers) watcher.tell(change);
  }

  /** Ends all iterations. */
  end(): void {
    for (const watchers of this.#byAccount.values()) for (const watcher of watchers) watcher.end();
    this.#byAccount.clear();
    for (const watcher of this.#ofAll) watcher.end();
    this.#ofAll.clear();
  }
}

/** One iteration. What waits is bounded by the number of mailboxes. */
class Watcher<Change extends MailboxChange> {
  readonly #waiting = new Map<MailboxId | AccountId | undefined, Change>();
  readonly #keyOf: (change: Change) => MailboxId | AccountId | undefined;
  #ended = false;
  #wake: () => void = () => {};

  /** @param keyOf Of two changes with the same, only the later one is told. */
  constructor(keyOf: (change: Change) => MailboxId | AccountId | undefined) {
    this.#keyOf = keyOf;
  }

  tell(change: Change): void {
    this.#waiting.set(this.#keyOf(change), change);
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  async *changes(leave: () => void): AsyncGenerator<Change> {
    try {
      while (!this.#ended) {
        for (const [key, change] of this.#waiting) {
          this.#waiting.delete(key);
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
