/** Which open connections have logged in as which account: what a password has opened, another one ends. */
import type { Connection } from "../contract/connection.ts";
import type { AccountId } from "../contract/identifiers.ts";
import { RecentMap } from "./recent_map.ts";

/** Accounts whose last end is remembered: longer than any attempt to log in takes. */
const mostRemembered = 20_000;

/** The logins of open connections. */
export class AccountSessions {
  readonly #open: Iterable<Connection>;
  readonly #accounts = new WeakMap<Connection, readonly AccountId[]>();
  readonly #ends = new RecentMap<AccountId, number>(mostRemembered);
  #moment = 0;

  /** @param open Connections that are open, whenever that is asked. */
  constructor(open: Iterable<Connection>) {
    this.#open = open;
  }

  /** Now, for `enter`: an attempt that began before an end has proven what holds no more. */
  get moment(): number {
    return this.#moment;
  }

  /**
   * A connection has logged in.
   *
   * @param accounts Who has proven itself, and as whom it acts.
   * @param since When the attempt began.
   * @returns false where the sessions of one of these accounts were ended meanwhile: the login does not hold.
   */
  enter(connection: Connection, accounts: readonly AccountId[], since: number): boolean {
    if (accounts.some((account) => (this.#ends.get(account) ?? 0) > since)) return false;
    this.#accounts.set(connection, accounts);
    return true;
  }

  /** Closes the connections of an account but this one; how many those were. */
  end(account: AccountId, except: Connection | undefined): number {
    this.#ends.set(account, ++this.#moment);
    const ended = [...this.#open].filter((connection) =>
      connection !== except && this.#accounts.get(connection)?.includes(account)
    );
    for (const connection of ended) connection.close();
    return ended.length;
  }
}
