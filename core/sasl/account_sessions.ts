/**
 * Which open connections have logged in as which account: what a password has opened, another one ends, whichever process
 * has set it.
 *
 * An account is watched while a connection is logged in as it. What was its mark when an attempt began is compared with what
 * is when the watch has begun, and whenever something of the account has changed: no change goes by unseen.
 */
import type { Connection } from "../contract/connection.ts";
import type { AccountId } from "../contract/identifiers.ts";
import type { Logger } from "../contract/logger.ts";
import type { MailboxChange } from "../contract/mailbox.ts";
import type { OpenConnections } from "./open_connections.ts";
import { type Sleep, sleep } from "./penalties.ts";
import { RecentMap } from "./recent_map.ts";

/** What other processes do to accounts. */
export interface AccountChanges {
  /** Whether the directory has marks. */
  areMarked(): boolean;
  /** As the directory has it: another one when what an account logs in by was set anew. */
  mark(account: AccountId): Promise<string | undefined>;
  /** Changes of an account as they are committed, until the signal aborts. */
  watch(account: AccountId, stop: AbortSignal): AsyncIterable<MailboxChange>;
}

/** What sessions are kept with. */
export interface AccountSessionsParts {
  /** Those that are open. */
  readonly connections: OpenConnections;
  /** Absent: only changes that are made here end sessions. */
  readonly changes?: AccountChanges | undefined;
  /** Told of each change that is made here, for the sessions of other threads; absent: there are none. */
  readonly changed?: ((account: AccountId) => void) | undefined;
  /** For the operator. */
  readonly log: Logger;
  /** Waits; absent: by the clock. */
  readonly sleep?: Sleep | undefined;
}

/** A login that was proven. */
export interface ProvenSession {
  /** Who has logged in. */
  readonly connection: Connection;
  /** Who has proven itself, and as whom it acts, each with its mark before the proof. */
  readonly marks: ReadonlyMap<AccountId, string | undefined>;
  /** When the attempt began. */
  readonly since: number;
}

/** Sessions of one account, by the marks that they began with. */
interface Watched {
  readonly sessions: Map<Connection, string | undefined>;
  readonly stop: AbortController;
}

/** Accounts whose last end is remembered: longer than any attempt to log in takes. */
const mostRemembered = 20_000;
/** Milliseconds in which protocols can say goodbye themselves where the account is gone: there is nothing left to read. */
const parting = 1000;

/** The logins of open connections. */
export class AccountSessions {
  readonly #parts: AccountSessionsParts;
  readonly #sessions = new WeakMap<Connection, ProvenSession>();
  readonly #watched = new Map<AccountId, Watched>();
  readonly #changing = new Map<AccountId, Promise<void>>();
  readonly #ends = new RecentMap<AccountId, number>(mostRemembered);
  #moment = 0;

  /** Nobody has logged in. */
  constructor(parts: AccountSessionsParts) {
    this.#parts = parts;
    parts.connections.onEnd((connection) => this.leave(connection));
  }

  /** Now, for `enter`: an attempt that began before an end has proven what holds no more. */
  get moment(): number {
    return this.#moment;
  }

  /** Whether changes by others are seen. */
  get areWatched(): boolean {
    return this.#parts.changes?.areMarked() === true;
  }

  /** The mark of an account as it is now; undefined where it is gone, or nobody looks. */
  async mark(account: AccountId): Promise<string | undefined> {
    return await this.#parts.changes?.mark(account);
  }

  /**
   * A connection has logged in. False where one of the accounts has changed meanwhile: the login does not hold.
   *
   * @throws Error where that cannot be told.
   */
  async enter(session: ProvenSession): Promise<boolean> {
    const { connection, marks, since } = session;
    this.leave(connection);
    if ([...marks.keys()].some((account) => (this.#ends.get(account) ?? 0) > since)) return false;
    const isOpen = this.#parts.connections.has(connection);
    let isIn = false;
    try {
      if (isOpen) this.#add(session);
      // What comes from now on, the watch tells.
      for (const [account, mark] of marks) if (await this.mark(account) !== mark) return false;
      return isIn = !isOpen || this.#sessions.get(connection) === session;
    } finally {
      if (!isIn) this.leave(connection);
    }
  }

  /** A connection is logged in as nobody any more. */
  leave(connection: Connection): void {
    for (const account of this.#sessions.get(connection)?.marks.keys() ?? []) {
      const watched = this.#watched.get(account);
      watched?.sessions.delete(connection);
      if (watched?.sessions.size !== 0) continue;
      this.#watched.delete(account);
      watched.stop.abort();
    }
    this.#sessions.delete(connection);
  }

  /** Does what changes an account's secrets, then closes its connections but this one; how many those were. */
  async change(account: AccountId, change: () => Promise<void>, by: Connection | undefined): Promise<number> {
    const { promise, resolve } = Promise.withResolvers<void>();
    // The watch waits until it is known who stays.
    this.#changing.set(account, promise);
    try {
      await change();
      const ended = this.end(account, by);
      this.#parts.changed?.(account);
      const sessions = this.#watched.get(account)?.sessions;
      if (by !== undefined && sessions?.has(by)) sessions.set(by, await this.mark(account));
      return ended;
    } finally {
      if (this.#changing.get(account) === promise) this.#changing.delete(account);
      resolve();
    }
  }

  /** Closes an account's connections but one; how many. Also the logins that are under way do not hold any more. */
  end(account: AccountId, except?: Connection): number {
    this.#ends.set(account, ++this.#moment);
    const sessions = this.#watched.get(account)?.sessions.keys() ?? [];
    const ended = [...sessions].filter((connection) => connection !== except);
    for (const connection of ended) this.#close(connection);
    return ended.length;
  }

  #close(connection: Connection): void {
    this.leave(connection);
    connection.close();
  }

  /** @throws Error where one of the accounts cannot be watched. */
  #add(session: ProvenSession): void {
    const { connection, marks } = session;
    this.#sessions.set(connection, session);
    for (const [account, mark] of marks) {
      const watched = this.#watched.get(account) ?? this.#watch(account);
      watched.sessions.set(connection, mark);
    }
  }

  #watch(account: AccountId): Watched {
    const watched = { sessions: new Map<Connection, string | undefined>(), stop: new AbortController() };
    const changes = this.#parts.changes?.watch(account, watched.stop.signal);
    this.#watched.set(account, watched);
    if (changes !== undefined) this.#follow(account, watched, changes);
    return watched;
  }

  async #follow(account: AccountId, watched: Watched, changes: AsyncIterable<MailboxChange>): Promise<void> {
    try {
      for await (const { mailbox } of changes) if (mailbox === undefined) await this.#compare(account, watched);
    } catch (error) {
      this.#parts.log.error("an account's changes cannot be followed: its sessions are ended", { account, error });
      // No attempt that is under way is wrong for it: that begins with a watch of its own.
      for (const connection of [...watched.sessions.keys()]) this.#close(connection);
    }
  }

  async #compare(account: AccountId, { sessions, stop }: Watched): Promise<void> {
    await this.#changing.get(account);
    const mark = await this.mark(account);
    const changed = () => [...sessions].filter(([, before]) => before !== mark).map(([connection]) => connection);
    if (changed().length === 0) return;
    const { log, sleep: wait = sleep } = this.#parts;
    if (mark === undefined) await wait(parting, stop.signal);
    const ended = changed();
    for (const connection of ended) this.#close(connection);
    if (ended.length > 0) {
      const why = mark === undefined ? "removed" : "changed";
      log.info("an account was changed elsewhere: its sessions are ended", { account, why, ended: ended.length });
    }
  }
}
