/** LOGIN-DELAY (RFC 2449 §6.5): when accounts logged in last, for as long as that matters. */
import type { AccountId, Common } from "../../../core/contract/mod.ts";

/** The logins of one server. */
export class LoginDelay {
  readonly #milliseconds: number;
  readonly #common: Common;

  /** @param milliseconds That must lie between two logins; 0 for none. */
  constructor(milliseconds: number, common: Common) {
    this.#milliseconds = milliseconds;
    this.#common = common;
  }

  /** Whole seconds, as the client is told. */
  get seconds(): number {
    return Math.ceil(this.#milliseconds / 1000);
  }

  /**
   * A login; undefined where it is too early. RFC 2449 §6.5: one that is refused does not prolong the delay: it is to be
   * disposed of, and did not happen then.
   */
  async logIn(account: AccountId): Promise<AsyncDisposable | undefined> {
    return this.#milliseconds === 0 ? free : await this.#common.hold(`pop3 login ${account}`, this.#milliseconds);
  }
}

const free: AsyncDisposable = { [Symbol.asyncDispose]: () => Promise.resolve() };
