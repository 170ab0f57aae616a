/** The exclusive lock that a POP3 session holds on its maildrop (RFC 1939 §4), among the sessions of this process. */
import type { AccountId } from "../../core/contract/identifiers.ts";

/** One lock an account. */
export class MaildropLocks {
  readonly #held = new Set<AccountId>();

  /** The lock, let go when it is disposed of; undefined when another holds it. */
  lock(account: AccountId): AsyncDisposable | undefined {
    if (this.#held.has(account)) return undefined;
    this.#held.add(account);
    let isHeld = true;
    return {
      [Symbol.asyncDispose]: () => {
        // A second disposal must not let go of another's lock.
        if (isHeld) this.#held.delete(account);
        isHeld = false;
        return Promise.resolve();
      },
    };
  }
}
