/** LOGIN-DELAY (RFC 2449 §6.5): when accounts logged in last, for as long as that matters. */
import type { AccountId } from "../../../core/contract/mod.ts";

/** The logins of one server. */
export class LoginDelay {
  readonly #milliseconds: number;
  /** The earliest first: each login moves its account to the end. */
  readonly #logins = new Map<AccountId, number>();

  /** @param milliseconds That must lie between two logins; 0 for none. */
  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds;
  }

  /** Whole seconds, as the client is told. */
  get seconds(): number {
    return Math.ceil(this.#milliseconds / 1000);
  }

  /** Whether it is too early. */
  isTooEarly(account: AccountId, now: Date): boolean {
    const last = this.#logins.get(account);
    return last !== undefined && now.getTime() - last < this.#milliseconds;
  }

  /** RFC 2449 §6.5: counts from the `+OK`; a login that was refused does not prolong it. */
  loggedIn(account: AccountId, now: Date): void {
    if (this.#milliseconds === 0) return;
    for (const [other, at] of this.#logins) {
      if (now.getTime() - at < this.#milliseconds) break;
      this.#logins.delete(other);
    }
    this.#logins.delete(account);
    this.#logins.set(account, now.getTime());
  }
}
