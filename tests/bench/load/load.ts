/** What a load is and what it reports: plain data between the bench and its load processes. */

/** A load, as the bench orders it. */
export type Load = SmtpLoad | Pop3Load | LoginLoad | ImapFetchLoad | ImapMixLoad | ImapDelayLoad | HoldLoad;

/** How long a load goes on. */
export interface Span {
  /** Seconds of the same beforehand that do not count: V8 compiles for seconds, on both sides, and caches fill. */
  readonly warmUp: number;
  /** What counts: so many seconds, whoever is loaded, or so many operations; whichever comes first. */
  readonly until: { readonly seconds?: number; readonly operations?: number };
}

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

/** Messages; each is acknowledged before the next of its connection. */
export interface SmtpLoad extends Span {
  readonly kind: "smtp";
  readonly port: number;
  /** LHLO instead of EHLO. */
  readonly lmtp?: boolean;
  readonly connections: number;
  /** Octets of a message. */
  readonly size: number;
  readonly users: Users;
}

/** Sessions: log in, STAT, UIDL, RETR of every message, QUIT. */
export interface Pop3Load extends Span {
  readonly kind: "pop3";
  readonly port: number;
  readonly connections: number;
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
export interface ImapFetchLoad extends Span {
  readonly kind: "imap-fetch";
  readonly port: number;
  readonly connections: number;
  /** What is asked of each message. */
  readonly items: string;
  /** Messages that each mailbox has. */
  readonly messages: number;
  readonly users: Users;
}

/** Commands as clients send them, each connection in a mailbox of its own. */
export interface ImapMixLoad extends Span {
  readonly kind: "imap-mix";
  readonly port: number;
  readonly connections: number;
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

/** Connections that wait: after the greeting, or with `users` logged in and in IDLE. */
export interface HoldLoad {
  readonly kind: "hold";
  readonly port: number;
  readonly connections: number;
  readonly users?: Users;
}

/** What a load went through. */
export interface Ran {
  /** When it began, by `performance.now`: with POP3 before the first connect, otherwise when all were connected and logged in. */
  readonly begun: number;
  /** Milliseconds of each operation. */
  readonly times: readonly number[];
  /** Messages that FETCHes told: those are counted then. */
  readonly messages?: number;
}

/** What came of it. */
export interface LoadResult {
  /** Messages, sessions, logins or commands. */
  readonly operations: number;
  /** From when it began to the last answer. */
  readonly seconds: number;
  /** Milliseconds of one operation; of a whole FETCH; from the message's last octet to EXISTS. */
  readonly p50: number;
  readonly p99: number;
  /** Milliseconds of the load's own CPU for one operation: it shares the cores with the server. */
  readonly loadCpu: number;
}

/** The numbers of a load's operations, which its connections share: from 0 until it ends. */
export function* numbers({ until }: Span): Generator<number, void, void> {
  const { seconds = Infinity, operations = Infinity } = until;
  const end = performance.now() + seconds * 1000;
  for (let number = 0; number < operations && performance.now() < end; number++) yield number;
}

/** The name of a user, by number from 0. */
export function userName(users: Users, number: number): string {
  return `user${String((number % users.count) + 1 + users.offset).padStart(4, "0")}`;
}
