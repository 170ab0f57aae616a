/**
 * One attempt to log in: what a mechanism may ask on its behalf, who may act as whom, what failure costs, and the line
 * that the log keeps of it.
 */
import type {
  AuthOutcome,
  ExchangeEnd,
  ExchangeRequest,
  ReadLogin,
  SecretByScheme,
  SecretScheme,
  Service,
} from "../contract/authentication.ts";
import type { Connection } from "../contract/connection.ts";
import type { Directory } from "../contract/directory.ts";
import type { AccountId } from "../contract/identifiers.ts";
import { Refusal } from "../contract/refusal.ts";
import type { AccountSessions } from "./account_sessions.ts";
import { type AttemptHooks, type AttemptJudgement, factsOf } from "./attempt_hooks.ts";
import { type ExchangePolicy, refused } from "./exchange.ts";
import type { Penalties } from "./penalties.ts";
import type { Claim } from "./penalty_book.ts";
import { prepareQuery } from "./saslprep.ts";

/** Who asks whom, and how. */
export interface AttemptParts {
  /** The mechanism's name, or "password" outside SASL. */
  readonly mechanism: string;
  /** Who wants to log in. */
  readonly connection: Connection;
  /** To what. */
  readonly service: Service;
  /** Who has an account. */
  readonly directory: Directory;
  /** The server's own name. */
  readonly hostname: string;
  /** The domain of logins without one. */
  readonly domain: string;
  /** What failures cost. */
  readonly penalties: Penalties;
  /** Who is logged in. */
  readonly sessions: AccountSessions;
  /** Reads logins in forms of the protocol's own. */
  readonly readLogin?: ReadLogin;
  /** Who is asked, and told. */
  readonly hooks?: AttemptHooks;
}

/** Characters of a login that are logged. */
const loggedLength = 128;
/** The id of no account, also for those who take ids for numbers. */
const nobody = "0" as AccountId;

/** One attempt. */
export class Attempt implements ExchangePolicy {
  readonly #parts: AttemptParts;
  readonly #broken = new AbortController();
  readonly #begun: number;
  readonly #marks = new Map<AccountId, string | undefined>();
  #login = "";
  #admission: Promise<AttemptJudgement> | undefined;
  #account: AccountId | undefined;
  #authorizeAs = "";

  /** An attempt that has not said yet who it is. */
  constructor(parts: AttemptParts) {
    this.#parts = parts;
    this.#begun = parts.sessions.moment;
  }

  /** What the mechanism may know and ask. */
  request(firstResponse: Uint8Array | undefined, plusOffered: boolean): ExchangeRequest {
    const { mechanism, connection, service, directory, hostname, domain, readLogin = (login) => login } = this.#parts;
    return {
      mechanism,
      plusOffered,
      firstResponse,
      service,
      hostname,
      domain,
      clientAddresses: connection.tls?.clientAddresses ?? [],
      checkPassword: (login, password) => this.checkPassword(readLogin(login), password),
      findAccount: (login) => this.#ask(readLogin(login), (login) => directory.findAccount(login)),
      secret: <S extends SecretScheme>(
        login: string,
        scheme: S,
        realm?: string,
      ): Promise<SecretByScheme[S] | undefined> =>
        this.#ask(readLogin(login), (login) => directory.secret(login, scheme, realm)),
      advanceOtp: async (from, to) => await directory.advanceOtp?.(from, to) ?? false,
      channelBinding: (type) => connection.tls?.channelBinding(type),
    };
  }

  /** Asks the directory, with both names prepared (RFC 4013). */
  checkPassword(login: string, password: string, mayBeSecond = false): Promise<AccountId | undefined> {
    return this.#ask(login, async () => {
      const [preparedLogin, preparedPassword] = [prepareQuery(login), prepareQuery(password)];
      // RFC 4616 §2: neither may be empty, also after preparation. A directory that binds elsewhere (RFC 4513 §5.1.2)
      // would take an empty password for no wish to prove anything, and say yes.
      if (!preparedLogin || !preparedPassword) return undefined;
      return await this.#parts.directory.checkPassword(preparedLogin, preparedPassword, mayBeSecond);
    });
  }

  /** Authorizes what was proven, and punishes a guess that was wrong. */
  async judge(outcome: AuthOutcome): Promise<ExchangeEnd> {
    const end = await this.#authorize(outcome);
    const { penalties } = this.#parts;
    if (end.state === "authenticated") penalties.succeeded(this.#claim());
    // What was malformed proved nothing and told nothing.
    else if (end.reason === "credentials" || end.reason === "authorization") {
      await penalties.failed(this.#claim(), this.#broken.signal);
    }
    return end;
  }

  /** Nobody waits any more. */
  brokenOff(): void {
    this.#broken.abort();
  }

  /** Writes the one line of the log, which never holds a secret, and tells who wants to be told. */
  ended(end: ExchangeEnd, cause?: unknown): void {
    this.#log(end, cause);
    const { mechanism, service, connection, hooks } = this.#parts;
    const login = this.#login.slice(0, loggedLength);
    const facts = factsOf(connection, end.state === "authenticated" ? end.account : undefined);
    hooks?.ended?.({ facts, service, mechanism, ...login !== "" && { login } }, end);
  }

  #log(end: ExchangeEnd, cause: unknown): void {
    const { mechanism, service, connection } = this.#parts;
    const { log } = connection;
    const fields = {
      mechanism,
      service,
      // RFC 8314 §4.
      tls: connection.tls === undefined
        ? false
        : [connection.tls.version, connection.tls.cipher ?? []].flat().join(" "),
      ...(this.#login === "" ? {} : { login: logged(this.#login) }),
      ...(this.#account === undefined ? {} : { account: this.#account }),
      ...(this.#authorizeAs === "" ? {} : { authorizeAs: logged(this.#authorizeAs) }),
    };
    if (end.state === "authenticated") return log.info("authenticated", fields);
    const { reason } = end;
    if (reason === "unavailable") {
      // What another holds for now is no fault of the server's.
      const level = cause instanceof Refusal && cause.kind === "conflict" ? "warn" : "error";
      return log[level]("authentication is not possible now", { ...fields, ...(cause === undefined ? {} : { cause }) });
    }
    if (reason === "cancelled") return log.debug("authentication was cancelled", fields);
    log.warn("authentication failed", { ...fields, reason });
  }

  async #authorize(outcome: AuthOutcome): Promise<ExchangeEnd> {
    if (outcome.status === "failure") return refused(outcome.reason);
    const { account: proven, authorizeAs = "", securityLayer } = outcome;
    this.#account = proven;
    this.#authorizeAs = authorizeAs;
    // A mechanism that has asked the directory for nothing is judged all the same.
    if (await this.#admit() === "reject") return refused("credentials");
    // RFC 4422 §3.4.1: no authorization identity, or an empty one, means the one that goes with the credentials.
    const account = authorizeAs === "" ? proven : await this.#actAs(proven, authorizeAs);
    if (account === undefined) return refused("authorization");
    if (!await this.#enter(proven, account)) return refused("credentials");
    return { state: "authenticated", account, ...(securityLayer === undefined ? {} : { securityLayer }) };
  }

  /** Whether the login still holds. */
  async #enter(...accounts: readonly AccountId[]): Promise<boolean> {
    const { connection, sessions } = this.#parts;
    const marks = new Map<AccountId, string | undefined>();
    for (const account of accounts) {
      const before = this.#marks.get(account);
      marks.set(account, before === undefined ? await sessions.mark(account) : before);
    }
    return await sessions.enter({ connection, marks, since: this.#begun });
  }

  /** RFC 4954 §4, RFC 5034 §4: what cannot be prepared, or is empty only then, fails. */
  async #actAs(proven: AccountId, authorizeAs: string): Promise<AccountId | undefined> {
    const { readLogin = (login) => login } = this.#parts;
    const prepared = prepareQuery(readLogin(authorizeAs));
    return prepared ? await this.#parts.directory.mayActAs(proven, prepared) : undefined;
  }

  /** Asks about a login, once earlier failures have been paid for. Of one that was rejected, nothing is known. */
  async #ask<Answer>(
    login: string,
    question: (login: string) => Promise<Answer | undefined>,
  ): Promise<Answer | undefined> {
    this.#login = login;
    const judgement = await this.#admit();
    // A client that left while it waited shall not have its guess verified.
    this.#broken.signal.throwIfAborted();
    if (judgement === "reject") return undefined;
    await this.#mark(login);
    return await question(login);
  }

  #admit(): Promise<AttemptJudgement> {
    return this.#admission ??= this.#judgeAttempt();
  }

  /** @throws Error where the attempt is to be made again later. */
  async #judgeAttempt(): Promise<AttemptJudgement> {
    const { penalties, hooks, connection, mechanism, service } = this.#parts;
    await penalties.admit(this.#claim(), this.#broken.signal);
    if (hooks?.judge === undefined || this.#broken.signal.aborted) return "continue";
    const attempt = { mechanism, service, login: this.#login };
    const judgement = await hooks.judge(factsOf(connection), attempt);
    if (judgement === "defer") throw new Error("a filter wants the attempt to be made again later");
    return judgement;
  }

  /** Before anything is proven: what is another afterwards, no proof holds for. */
  async #mark(login: string): Promise<void> {
    const { directory, sessions } = this.#parts;
    if (!sessions.areWatched) return;
    // Also where nobody has the login: the same is asked, whoever is named.
    const account = await directory.findAccount(prepareQuery(login) || login) ?? nobody;
    if (!this.#marks.has(account)) this.#marks.set(account, await sessions.mark(account));
  }

  #claim(): Claim {
    return { address: this.#parts.connection.peer.hostname, login: this.#login };
  }
}

/** No second word: somebody may have typed the password on the same line. */
function logged(login: string): string {
  return login.slice(0, loggedLength).replace(/\s.*/s, " …");
}
