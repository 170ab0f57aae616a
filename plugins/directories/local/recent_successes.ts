/**
 * Passwords that were right a short while ago, so that clients which log in every minute do not cost a slow hash each
 * time. Kept is a digest under a key that only this process has; it covers the hash that the storage keeps, so a password
 * that was changed, by whomever, is forgotten.
 */
import { createHmac, randomBytes } from "node:crypto";
import type { AccountId } from "../../../core/contract/identifiers.ts";
import { equalInConstantTime } from "../../../core/sasl/constant_time.ts";
import { RecentMap } from "../../../core/sasl/recent_map.ts";

/** Milliseconds. */
const lifetime = 5 * 60_000;
const mostAccounts = 20_000;

/** A password that was right. */
export interface Success {
  /** Whose. */
  readonly account: AccountId;
  /** As it was given. */
  readonly password: string;
  /** The hash that it was checked against. */
  readonly hash: string;
}

/** The last right password of each account. */
export class RecentSuccesses {
  readonly #key = randomBytes(32);
  readonly #digests = new RecentMap<AccountId, { readonly digest: Uint8Array; readonly until: number }>(mostAccounts);
  readonly #now: () => Date;

  /** By this clock. */
  constructor(now: () => Date) {
    this.#now = now;
  }

  /** Whether this was right a short while ago, and still is. */
  has(success: Success): boolean {
    const known = this.#digests.get(success.account);
    // A clock that was set back must not make it last longer.
    const left = known === undefined ? 0 : known.until - this.#now().getTime();
    if (known === undefined || left <= 0 || left > lifetime) return false;
    return equalInConstantTime(known.digest, this.#digest(success));
  }

  /** Remembers; a hit does not prolong it. */
  remember(success: Success): void {
    this.#digests.set(success.account, {
      digest: this.#digest(success),
      until: this.#now().getTime() + lifetime,
    });
  }

  #digest({ account, hash, password }: Success): Uint8Array {
    // Neither an account's id nor a hash holds NUL: no two successes have the same text.
    return createHmac("sha256", this.#key).update(`${account}\0${hash}\0${password}`).digest();
  }
}
