/** Who watches which account's mailboxes, and what each has still to be told. */
import type { AccountId } from "../../core/contract/identifiers.ts";
import type { AccountChange, MailboxChange } from "../../core/contract/mailbox.ts";
import { Listeners } from "./listeners.ts";

/** Changes go to all watchers of the account; one that is slow gets the latest of each mailbox. */
export class Watchers {
  readonly #byAccount = new Map<AccountId, Listeners<MailboxChange>>();
  readonly #ofAll = new Listeners(({ mailbox, account }: AccountChange) => mailbox ?? account);

  /** Watches from now on, not from the first step on, until `stop` aborts or the iteration is left. */
  watch(account: AccountId, stop: AbortSignal, left: () => void = () => {}): AsyncIterable<MailboxChange> {
    const watchers = this.#byAccount.get(account) ?? new Listeners(({ mailbox }: MailboxChange) => mailbox);
    this.#byAccount.set(account, watchers);
    return watchers.listen(stop, () => {
      if (!watchers.areThere && this.#byAccount.get(account) === watchers) this.#byAccount.delete(account);
      left();
    });
  }

  /** Watches all accounts, as `watch` does one. */
  watchAll(stop: AbortSignal, left?: () => void): AsyncIterable<AccountChange> {
    return this.#ofAll.listen(stop, left);
  }

  /** Whether somebody watches this account; without one, any. Who watches all is not counted. */
  isWatched(account?: AccountId): boolean {
    return account === undefined ? this.#byAccount.size > 0 : this.#byAccount.has(account);
  }

  /** Whether somebody watches all. */
  get isAllWatched(): boolean {
    return this.#ofAll.areThere;
  }

  /** Tells the watchers of an account, and those who watch all. */
  tell(account: AccountId, change: MailboxChange): void {
    this.tellOfAll({ ...change, account });
    this.tellOf(account, change);
  }

  /** Tells the watchers of an account. */
  tellOf(account: AccountId, change: MailboxChange): void {
    this.#byAccount.get(account)?.tell(change);
  }

  /** Tells those who watch all accounts. */
  tellOfAll(change: AccountChange): void {
    this.#ofAll.tell(change);
  }

  /** Tells everybody. */
  tellAll(change: MailboxChange): void {
    this.tellOfAll(change);
    for (const watchers of this.#byAccount.values()) watchers.tell(change);
  }

  /** Ends all iterations. */
  end(): void {
    for (const watchers of this.#byAccount.values()) watchers.end();
    this.#byAccount.clear();
    this.#ofAll.end();
  }
}
