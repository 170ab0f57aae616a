/** What a load is and what it reports: plain data between the bench and its load processes. */

/** A load, as the bench orders it. */
export type Load = SmtpLoad | Pop3Load | LoginLoad | ImapFetchLoad | ImapMixLoad | ImapDelayLoad | HoldLoad;

/** Who the mailboxes belong to: `user0001` and on. */
export interface Users {
  /** How many. */
  readonly count: number;
  /** The number before the first. */
  readonly offset: number;
  /** Domain of addresses and logins. */
  readonly domain: string;
  /** Of all of them. */
  readonly password: string;
}

/** Messages sent until their number is reached; each is acknowledged before the next of its connection. */
export interface SmtpLoad {
  readonly kind: "smtp";
  readonly port: number;
  /** LHLO instead of EHLO. */
  readonly lmtp?: boolean;
  readonly connections: number;
  readonly messages: number;
  /** Octets of a message. */
  readonly size: number;
  readonly users: Users;
}

/** Sessions: log in, STAT, UIDL, RETR of every message, QUIT. */
export interface Pop3Load {
  readonly kind: "pop3";
  readonly port: number;
  readonly connections: number;
  readonly sessions: number;
  /** All RETRs of a session in one write. */
  readonly pipelined: boolean;
  readonly users: Users;
  /** PEM of the authority: the port speaks TLS. */
  readonly authorities?: readonly string[];
}

/** Sessions that log in and leave. */
export interface LoginLoad extends Omit<Pop3Load, "kind" | "pipelined"> {
  readonly kind: "login";
}

/** FETCH of all messages of INBOX, again and again, each connection of a mailbox of its own. */
export interface ImapFetchLoad {
  readonly kind: "imap-fetch";
  readonly port: number;
  readonly connections: number;
  /** FETCHes of each connection. */
  readonly times: number;
  /** What is asked of each message. */
  readonly items: string;
  /** Messages that each mailbox has. */
  readonly messages: number;
  readonly users: Users;
}

/** Commands as clients send them, until their number is reached, each connection in a mailbox of its own. */
export interface ImapMixLoad {
  readonly kind: "imap-mix";
  readonly port: number;
  readonly connections: number;
  readonly operations: number;
  /** Octets of a message that is appended. */
  readonly size: number;
  readonly users: Users;
}

/** Messages that come one by one to mailboxes in which a session waits in IDLE. */
export interface ImapDelayLoad {
  readonly kind: "imap-delay";
  readonly port: number;
  /** Through which door they come. */
  readonly by: { readonly smtp: number; readonly lmtp: boolean } | "append";
  /** Sessions in IDLE, each in a mailbox of its own. */
  readonly connections: number;
  readonly messages: number;
  /** Octets of a message. */
  readonly size: number;
  readonly users: Users;
}

/** Connections that wait until standard input ends: after the greeting, or with `users` logged in and in IDLE. */
export interface HoldLoad {
  readonly kind: "hold";
  readonly port: number;
  readonly connections: number;
  readonly users?: Users;
}

/** What came of it. */
export interface LoadResult {
  /** Messages, sessions, logins, commands or connections. */
  readonly operations: number;
  /** From the first connect, or with IMAP from when all have logged in, to the last answer. */
  readonly seconds: number;
  /** Milliseconds of one operation; of a whole FETCH; from the message's last octet to EXISTS. */
  readonly p50: number;
  readonly p99: number;
  /** Messages fetched, for `pop3`. */
  readonly messages?: number;
}

/** The name of a user, by number from 0. */
export function userName(users: Users, number: number): string {
  return `user${String((number % users.count) + 1 + users.offset).padStart(4, "0")}`;
}
