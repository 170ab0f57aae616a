/** Authentication as protocols see it: what is offered on a connection, and how an attempt begins. */
import type {
  Authentication,
  AuthMechanism,
  AuthOutcome,
  Exchange,
  ExchangeEnd,
  PasswordTerms,
  ProvenLogin,
  ReadLogin,
  Service,
} from "../contract/authentication.ts";
import type { Connection } from "../contract/connection.ts";
import type { Directory } from "../contract/directory.ts";
import type { AccountId } from "../contract/identifiers.ts";
import type { Logger } from "../contract/logger.ts";
import type { Storage } from "../contract/storage.ts";
import { JoinedSignal } from "../wire/joined_signal.ts";
import { type AccountChanges, AccountSessions } from "./account_sessions.ts";
import { Attempt, type AttemptParts } from "./attempt.ts";
import type { AttemptHooks } from "./attempt_hooks.ts";
import { refused, refusedExchange, startExchange } from "./exchange.ts";
import { hasBinding, isServed, mayRevealPassword, offerOf } from "./offers.ts";
import { tellableName } from "./mechanism_name.ts";
import { OpenConnections } from "./open_connections.ts";
import { type Book, Penalties, type Sleep, sleep } from "./penalties.ts";

/** What authentication is made of. */
export interface AuthenticationSettings {
  /** In the order of the configuration. */
  readonly mechanisms: readonly AuthMechanism[];
  /** Who has an account. */
  readonly directory: Directory;
  /** The server's own name. */
  readonly hostname: string;
  /** The domain of logins without one: the first of the configuration. */
  readonly domain: string;
  /** Whether passwords may be sent without TLS. */
  readonly cleartextAuth: boolean;
  /** Milliseconds that a first failure costs; 0: failures cost nothing. */
  readonly authDelay: number;
  /** Those that are open; absent: none, and no session can be ended. */
  readonly connections?: OpenConnections;
  /** Where accounts are kept; absent: changes that other processes make end no sessions. */
  readonly storage?: Pick<Storage, "watch">;
  /** Where an operator is told that a configured mechanism cannot work. Logins are told to the connection's own log. */
  readonly log: Logger;
  /** The time. */
  now(): Date;
  /** Waits; absent: by the clock. */
  readonly sleep?: Sleep;
  /** Aborts when the server stops: nobody waits any more. */
  readonly shutdown?: AbortSignal;
  /** Shared with whoever authenticates besides; absent: one of its own. */
  readonly memory?: AuthenticationMemory;
  /** Who is asked about attempts, and told of them; absent: nobody. */
  readonly hooks?: AttemptHooks;
}

/** What outlives mechanisms and directories: neither failures nor logins are forgotten when others take their place. */
export interface AuthenticationMemory {
  /** Failures of all clients. */
  readonly penalties: Penalties;
  /** Logins of open connections. */
  readonly sessions: AccountSessions;
}

/** What is remembered with. */
export interface MemorySettings
  extends Pick<AuthenticationSettings, "authDelay" | "connections" | "storage" | "log" | "now" | "sleep" | "shutdown"> {
  /** The directory that knows accounts now. */
  directory(): Directory | undefined;
  /** Where failures are counted for all threads; absent: in a book of its own. */
  readonly book?: Book;
  /** Told of accounts whose secrets were changed here, for the sessions of other threads. */
  readonly changed?: (account: AccountId) => void;
}

/** Remembers nothing yet. */
export function authenticationMemory(settings: MemorySettings): AuthenticationMemory {
  const { connections = new OpenConnections(), log, sleep } = settings;
  return {
    penalties: new Penalties({
      authDelay: settings.authDelay,
      book: settings.book,
      now: () => settings.now(),
      sleep: patience(settings),
    }),
    sessions: new AccountSessions({ connections, changes: changesOf(settings), changed: settings.changed, log, sleep }),
  };
}

/** Puts mechanisms and a directory together. */
export function createAuthentication(settings: AuthenticationSettings): Authentication {
  const { mechanisms, directory, log } = settings;
  for (const mechanism of mechanisms.filter((mechanism) => !isServed(mechanism, directory))) {
    log.warn("this mechanism is configured but never offered: the directory keeps nothing that it could use", {
      mechanism: mechanism.mechanism,
      needs: mechanism.needs,
    });
  }
  return new ServerAuthentication(settings);
}

/** A mechanism under one of its names. */
interface Form {
  readonly name: string;
  readonly mechanism: AuthMechanism;
  readonly offer: ReturnType<typeof offerOf>;
}

class ServerAuthentication implements Authentication {
  readonly #settings: AuthenticationSettings;
  readonly #memory: AuthenticationMemory;

  constructor(settings: AuthenticationSettings) {
    this.#settings = settings;
    this.#memory = settings.memory ?? authenticationMemory({ ...settings, directory: () => settings.directory });
  }

  mechanismsFor(connection: Connection, service: Service): readonly string[] {
    return this.#forms(connection, service)
      .filter(({ mechanism, offer }) => mechanism.listed !== false && offer === "usable")
      .map(({ name }) => name);
  }

  isUsable(mechanism: string, connection: Connection, service: Service): boolean {
    return this.#form(mechanism, connection, service)?.offer === "usable";
  }

  allowsPasswords(connection: Connection): boolean {
    return this.#checksPasswords() && mayRevealPassword(connection, this.#settings);
  }

  async begin(
    name: string,
    connection: Connection,
    service: Service,
    initial?: Uint8Array,
    readLogin?: ReadLogin,
  ): Promise<Exchange> {
    const form = this.#form(name, connection, service);
    if (form === undefined || form.offer !== "usable") {
      const reason = form?.offer === "needs-tls" ? "needs-tls" : "unknown-mechanism";
      new Attempt(this.#parts(form?.name ?? tellableName(name), connection, service)).ended(refused(reason));
      return refusedExchange(reason);
    }
    const parts = this.#parts(form.name, connection, service);
    const attempt = new Attempt(readLogin === undefined ? parts : { ...parts, readLogin });
    const { mechanism } = form;
    return await startExchange(mechanism, attempt.request(initial, hasBinding(mechanism, connection)), attempt);
  }

  async checkPassword(
    login: string,
    password: string,
    connection: Connection,
    service: Service,
    { isPrivate = false, mayBeSecond = false }: PasswordTerms = {},
  ): Promise<ExchangeEnd> {
    if (!this.#checksPasswords()) return refused("unknown-mechanism");
    if (!isPrivate && !mayRevealPassword(connection, this.#settings)) return refused("needs-tls");
    const attempt = new Attempt(this.#parts("password", connection, service));
    return await settle(attempt, () => attempt.checkPassword(login, password, mayBeSecond));
  }

  async admitProven(proof: ProvenLogin, connection: Connection, service: Service): Promise<ExchangeEnd> {
    const { by, login, authorizeAs } = proof;
    const attempt = new Attempt(this.#parts(by, connection, service));
    const { findAccount } = attempt.request(undefined, false);
    return await settle(
      attempt,
      () => login === undefined ? Promise.resolve(undefined) : findAccount(login),
      authorizeAs,
    );
  }

  loggedOut(connection: Connection): void {
    this.#memory.sessions.leave(connection);
  }

  async changeSecrets(account: AccountId, change: () => Promise<void>, by?: Connection): Promise<number> {
    return await this.#memory.sessions.change(account, change, by);
  }

  /** Whether a configured mechanism is about passwords that the directory can check. */
  #checksPasswords(): boolean {
    const { mechanisms, directory } = this.#settings;
    return directory.canCheckPassword && mechanisms.some(({ needs }) => needs === "password-check");
  }

  #forms(connection: Connection, service: Service): Form[] {
    return this.#settings.mechanisms.flatMap((mechanism) => {
      const form: Form = {
        name: mechanism.mechanism,
        mechanism,
        offer: offerOf(mechanism, connection, service, this.#settings),
      };
      // The stronger form first: clients that take the first they know take it.
      return hasBinding(mechanism, connection) ? [{ ...form, name: `${form.name}-PLUS` }, form] : [form];
    });
  }

  /** RFC 4422 §3.1: names are upper case; clients are forgiven. */
  #form(name: string, connection: Connection, service: Service): Form | undefined {
    const upper = name.toUpperCase();
    return this.#forms(connection, service).find((form) => form.name === upper);
  }

  #parts(mechanism: string, connection: Connection, service: Service): AttemptParts {
    const { directory, hostname, domain, hooks } = this.#settings;
    const parts = { mechanism, connection, service, directory, hostname, domain, ...this.#memory };
    return hooks === undefined ? parts : { ...parts, hooks };
  }
}

/** The end of an attempt outside SASL: whose account it is, and what that comes to. */
async function settle(
  attempt: Attempt,
  find: () => Promise<AccountId | undefined>,
  authorizeAs = "",
): Promise<ExchangeEnd> {
  try {
    const account = await find();
    const outcome: AuthOutcome = account === undefined
      ? { status: "failure", reason: "credentials" }
      : { status: "success", account, authorizeAs };
    const end = await attempt.judge(outcome);
    attempt.ended(end);
    return end;
  } catch (cause) {
    const end = refused("unavailable");
    attempt.ended(end, cause);
    return end;
  }
}

/** How changes that other processes make are learnt of; undefined where they are not. */
function changesOf({ directory, storage }: MemorySettings): AccountChanges | undefined {
  if (storage === undefined) return undefined;
  return {
    areMarked: () => directory()?.secretsMark !== undefined,
    mark: async (account) => await directory()?.secretsMark?.(account),
    watch: (account, stop) => storage.watch(account, stop),
  };
}

/** Waits that end when the server stops. */
function patience({ sleep: wait = sleep, shutdown }: Pick<AuthenticationSettings, "sleep" | "shutdown">): Sleep {
  if (shutdown === undefined) return wait;
  return async (milliseconds, signal) => {
    using over = new JoinedSignal(signal, shutdown);
    await wait(milliseconds, over.signal);
  };
}
