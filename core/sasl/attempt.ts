/** One attempt to log in: what the mechanism may ask on its behalf, and the line that the log keeps of it. */
import type {
  ExchangeEnd,
  ExchangeRequest,
  SecretByScheme,
  SecretScheme,
  Service,
} from "../contract/authentication.ts";
import type { Connection } from "../contract/connection.ts";
import type { Directory } from "../contract/directory.ts";
import type { AccountId } from "../contract/identifiers.ts";
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
}

/** Characters of a login that are logged. */
const loggedLength = 128;

/** One attempt. */
export class Attempt {
  readonly #parts: AttemptParts;
  #login = "";
  #account: AccountId | undefined;
  #authorizeAs = "";

  /** An attempt that has not said yet who it is. */
  constructor(parts: AttemptParts) {
    this.#parts = parts;
  }

  /** The login that was asked for last; empty when none was. */
  get login(): string {
    return this.#login;
  }

  /** What the mechanism may know and ask. */
  request(firstResponse: Uint8Array | undefined, plusOffered: boolean): ExchangeRequest {
    const { mechanism, connection, service, directory, hostname, domain } = this.#parts;
    return {
      mechanism,
      plusOffered,
      firstResponse,
      service,
      hostname,
      domain,
      clientAddresses: connection.tls?.clientAddresses ?? [],
      checkPassword: (login, password) => this.checkPassword(login, password),
      findAccount: (login) => {
        this.#login = login;
        return directory.findAccount(login);
      },
      secret: <S extends SecretScheme>(
        login: string,
        scheme: S,
        realm?: string,
      ): Promise<SecretByScheme[S] | undefined> => {
        this.#login = login;
        return directory.secret(login, scheme, realm);
      },
      channelBinding: (type) => connection.tls?.channelBinding(type),
    };
  }

  /** Asks the directory, with both names prepared (RFC 4013). */
  async checkPassword(login: string, password: string): Promise<AccountId | undefined> {
    this.#login = login;
    const [preparedLogin, preparedPassword] = [prepareQuery(login), prepareQuery(password)];
    // RFC 4616 §2: neither may be empty, also after preparation. A directory that binds elsewhere (RFC 4513 §5.1.2)
    // would take an empty password for no wish to prove anything, and say yes.
    if (!preparedLogin || !preparedPassword) return undefined;
    return await this.#parts.directory.checkPassword(preparedLogin, preparedPassword);
  }

  /** The proof was right: whose it is, and as whom they want to act. */
  authenticated(account: AccountId, authorizeAs: string): void {
    this.#account = account;
    this.#authorizeAs = authorizeAs;
  }

  /** Writes the one line of the log, which never holds a secret. */
  ended(end: ExchangeEnd, cause?: unknown): void {
    const { mechanism, service, connection } = this.#parts;
    const { log } = connection;
    const fields = {
      mechanism,
      service,
      tls: connection.tls !== undefined,
      ...(this.#login === "" ? {} : { login: this.#login.slice(0, loggedLength) }),
      ...(this.#account === undefined ? {} : { account: this.#account }),
      ...(this.#authorizeAs === "" ? {} : { authorizeAs: this.#authorizeAs.slice(0, loggedLength) }),
    };
    if (end.state === "authenticated") return log.info("authenticated", fields);
    const { reason } = end;
    if (reason === "unavailable") {
      return log.error("authentication is not possible now", { ...fields, ...(cause === undefined ? {} : { cause }) });
    }
    if (reason === "cancelled") return log.debug("authentication was cancelled", fields);
    log.warn("authentication failed", { ...fields, reason });
  }
}
