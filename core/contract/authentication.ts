/** SASL (RFC 4422): what a mechanism is, and what protocols see of authentication. */
import type { ChannelBinding, Connection, SecurityLayer } from "./connection.ts";
import type { AccountId } from "./identifiers.ts";

/** One SASL mechanism: facts about it, and its conversation. Policy and offers are computed from the facts. */
export interface AuthMechanism {
  /** Registered name: "SCRAM-SHA-256". */
  readonly mechanism: string;
  /** RFC 4422 §5 a: DIGEST-MD5 is "variable" (an initial response means subsequent authentication). */
  readonly first: "client" | "server" | "variable";
  /** What of the directory it asks: it is offered only where the directory can serve it. */
  readonly needs: "nothing" | "password-check" | "client-certificate" | SecretScheme;
  /** Other schemes that serve as well as `needs`. */
  readonly alternatives?: readonly SecretScheme[];
  /** Services that it can be had for; absent: all. GSSAPI needs a key of each (RFC 4752 §3.2). */
  readonly services?: readonly Service[];
  /** Offered only under TLS unless configuration says otherwise. */
  readonly revealsPassword: boolean;
  /** The login of an account that everybody gets without a proof (RFC 4505): whoever has it may not send mail elsewhere. */
  readonly everybodysAccount?: string;
  /** False for APOP: usable by name, absent from SASL lists. */
  readonly listed?: boolean;
  /** The mechanism is also offered as `NAME-PLUS` where one of these can be had (RFC 5801 §5, RFC 5802 §6). */
  readonly bindings?: readonly ChannelBinding[];
  /** Yields a challenge, receives the response. A client-first mechanism is always given its first response. */
  exchange(request: ExchangeRequest): AsyncGenerator<Uint8Array, AuthOutcome, Uint8Array>;
}

/** What a mechanism may know and ask. */
export interface ExchangeRequest {
  /** The name that the client chose, in upper case: with `-PLUS` or without. */
  readonly mechanism: string;
  /** Whether the `-PLUS` form was offered on this connection (RFC 5802 §6: a client that was told no lie says "n"). */
  readonly plusOffered: boolean;
  /** Undefined when there was none; empty is not absent (RFC 4422 §4). */
  readonly firstResponse: Uint8Array | undefined;
  /** The service that the client connected to, as GSSAPI registers it. */
  readonly service: Service;
  /** The server's own name. */
  readonly hostname: string;
  /** The domain of logins without one: `name` and `name@domain` are one user, also where there is none. */
  readonly domain: string;
  /** Mail addresses in the client's verified certificate; empty without one. */
  readonly clientAddresses: readonly string[];
  /** The account if the password is its; unknown logins take as long as wrong passwords. */
  checkPassword(login: string, password: string): Promise<AccountId | undefined>;
  /** The account of a login, without any proof: for mechanisms whose proof is elsewhere (EXTERNAL, ANONYMOUS). */
  findAccount(login: string): Promise<AccountId | undefined>;
  /** What the directory keeps for a login; `realm` is DIGEST-MD5's. */
  secret<S extends SecretScheme>(login: string, scheme: S, realm?: string): Promise<SecretByScheme[S] | undefined>;
  /**
   * A one-time password was used, or a new sequence is to follow. False where the sequence is no longer what it was:
   * another login was quicker. Durable when it resolves.
   */
  advanceOtp(from: OtpSecret, to: OtpSequence): Promise<boolean>;
  /** Channel binding data of this connection. */
  channelBinding(type: ChannelBinding): Uint8Array | undefined;
}

/** Service names of the GSSAPI registry (RFC 4422 §4), as mechanisms name them in digest-uris and the like. */
export type Service = "pop" | "imap" | "smtp" | "sieve" | "acap" | "ldap";

/** How an exchange ended. */
export type AuthOutcome =
  | {
    readonly status: "success";
    readonly account: AccountId;
    /** Authorization identity (RFC 4422 §3.4.1), when the client gave one. */
    readonly authorizeAs?: string;
    /** Additional data with success (RFC 4422 §3.6). */
    readonly finalData?: Uint8Array;
    /** What was negotiated; absent: none. */
    readonly securityLayer?: SecurityLayer;
  }
  | {
    readonly status: "failure";
    readonly reason: "credentials" | "malformed" | "expired" | "unavailable";
    /** Sent as one more challenge before the refusal (SCRAM's `e=`). */
    readonly finalData?: Uint8Array;
  };

/** What a directory may keep of a password. */
export interface SecretByScheme {
  /** The password itself. */
  "plain": { readonly account: AccountId; readonly password: string };
  /** RFC 2831 §2.1.2.1: H(user:realm:password), 16 octets, for the login and realm as the client wrote them. */
  "digest-md5": { readonly account: AccountId; readonly ha1: Uint8Array };
  /** RFC 5802. */
  "scram-sha-1": ScramSecret;
  /** RFC 7677. */
  "scram-sha-256": ScramSecret;
  /** As RFC 7677, with SHA-512. */
  "scram-sha-512": ScramSecret;
  /** RFC 2289. Made of a pass phrase of its own, not of the password. */
  "otp": OtpSecret;
}

/** RFC 5802 §3: what a server keeps for SCRAM. */
export interface ScramSecret {
  /** Whose it is. */
  readonly account: AccountId;
  /** At least 16 octets. */
  readonly salt: Uint8Array;
  /** At least 4096. */
  readonly iterations: number;
  /** H(ClientKey). */
  readonly storedKey: Uint8Array;
  /** HMAC(SaltedPassword, "Server Key"). */
  readonly serverKey: Uint8Array;
}

/** RFC 2289 §6: hash functions of one-time passwords. */
export type OtpAlgorithm = "md4" | "md5" | "sha1";

/** RFC 2289 §7: how far a sequence of one-time passwords has come. */
export interface OtpSequence {
  /** Its hash function. */
  readonly algorithm: OtpAlgorithm;
  /** The number of the one-time password that was used last: the next challenge is for one less. */
  readonly sequence: number;
  /** In lower case. */
  readonly seed: string;
  /** The one-time password that was used last, or the first of a new sequence, which is for nobody to use: 8 octets. */
  readonly last: Uint8Array;
}

/** What a server keeps for OTP. */
export interface OtpSecret extends OtpSequence {
  /** Whose it is. */
  readonly account: AccountId;
}

/** A form in which a password may be kept, or what stands in for one. */
export type SecretScheme = keyof SecretByScheme;

/**
 * The login that the directory knows, of one as a client wrote it: `user` of `recent:user`. Mechanisms that put the login
 * into a digest (DIGEST-MD5) have digested what the client wrote, and know no other forms.
 */
export type ReadLogin = (login: string) => string;

/** What protocols see: policy, penalties, logging and authorization already applied. */
export interface Authentication {
  /** SASL mechanisms that can succeed on this connection now, in the order of the configuration. */
  mechanismsFor(connection: Connection, service: Service): readonly string[];
  /** Whether an unlisted mechanism (APOP) or a listed one can succeed on this connection now. */
  isUsable(mechanism: string, connection: Connection, service: Service): boolean;
  /** Whether `checkPassword` can succeed now: USER and PASS, LOGIN. False without TLS unless configured. */
  allowsPasswords(connection: Connection): boolean;
  /**
   * Starts an exchange. A mechanism that is not usable gives an exchange that was refused.
   *
   * @param readLogin Reads logins in forms of the protocol's own.
   */
  begin(
    mechanism: string,
    connection: Connection,
    service: Service,
    initial?: Uint8Array,
    readLogin?: ReadLogin,
  ): Promise<Exchange>;
  /**
   * A password outside SASL (USER and PASS of RFC 1939, LOGIN of RFC 9051), with the same penalties.
   */
  checkPassword(
    login: string,
    password: string,
    connection: Connection,
    service: Service,
    terms?: PasswordTerms,
  ): Promise<ExchangeEnd>;
  /** A login that was proven outside SASL, and not by a password: authorized, logged and punished as an exchange is. */
  admitProven(proof: ProvenLogin, connection: Connection, service: Service): Promise<ExchangeEnd>;
  /** A connection that had logged in is nobody's again, and stays open: what becomes of the account is nothing to it. */
  loggedOut(connection: Connection): void;
  /**
   * Changes what an account logs in by, then breaks off the connections that have logged in as it, and logins under way.
   *
   * @param by The connection that has asked for it, which stays.
   * @returns How many were broken off. @throws What the change throws; all stay then.
   */
  changeSecrets(account: AccountId, change: () => Promise<void>, by?: Connection): Promise<number>;
}

/** What a protocol knows of a password, and takes for one. */
export interface PasswordTerms {
  /** Whether nobody can read along though there is no TLS; absent: no. */
  readonly isPrivate?: boolean;
  /** Whether an account's second password does as well; absent: no. */
  readonly mayBeSecond?: boolean;
}

/** A login that a protocol has seen proven: by the ticket of KPOP. */
export interface ProvenLogin {
  /** By what, for the log: "KPOP". */
  readonly by: string;
  /** Undefined where the proof stands for nobody here: the attempt has failed. */
  readonly login: string | undefined;
  /** Authorization identity: whom the client wants to be. */
  readonly authorizeAs: string;
}

/** An exchange under way. Dispose of it when the client breaks off. */
export interface Exchange extends AsyncDisposable {
  /** What to say now. */
  readonly step: ExchangeStep;
  /** Takes the client's response to a challenge. */
  respond(response: Uint8Array): Promise<ExchangeStep>;
  /** The client cancelled (RFC 4422 §3.5). */
  cancel(): Promise<void>;
}

/** Where an exchange stands. */
export type ExchangeStep =
  | {
    readonly state: "challenge";
    readonly data: Uint8Array;
    /**
     * The data goes with the outcome, which an empty response brings about: a protocol that can send it with the outcome
     * (RFC 4422 §3.6) gives that response itself. Absent: a challenge like others.
     */
    readonly isFinal?: true;
  }
  | ExchangeEnd;

/** How an exchange ended, for the protocol. Final data was a challenge before. */
export type ExchangeEnd =
  | {
    readonly state: "authenticated";
    /** Whose mail it is: the authorization identity's account where one was asked for and allowed. */
    readonly account: AccountId;
    /** To be installed right after the reply. */
    readonly securityLayer?: SecurityLayer;
  }
  | { readonly state: "refused"; readonly reason: RefusedBecause };

/**
 * Why an exchange was refused. `credentials` covers whatever must look the same: unknown logins and wrong passwords;
 * `authorization` is of who has proven to be somebody, and may not act as the authorization identity, if there is such a one.
 */
export type RefusedBecause =
  | "credentials"
  | "authorization"
  | "malformed"
  | "cancelled"
  | "expired"
  | "unavailable"
  | "unknown-mechanism"
  | "needs-tls"
  | "unexpected-initial-response";
