/** What is measured: each row is one load, run against every server that can take it. */
import type { HoldLoad, Load, Span, Users } from "./load/load.ts";
import { type BenchServer, users } from "./servers/server.ts";

/** What can be asked for alone. */
export const groups = ["idle", "smtp", "pop3", "imap", "sandbox"] as const;

/** One row of the table. */
export interface Row {
  /** For `--only`. */
  readonly group: typeof groups[number];
  /** What it measures. */
  readonly name: string;
  /** The load for a server; undefined when that server cannot take it. `scale` multiplies how long it is measured. */
  load(server: BenchServer, scale: number): Exclude<Load, HoldLoad> | undefined;
}

/** How long each load goes on that does not say otherwise: as long against a slow server as against a quick one. */
export function span(scale: number): Span {
  return { warmUp: 3 * scale, until: { seconds: 4 * scale } };
}

/** Mailboxes that are filled before they are read. */
export interface Filled {
  readonly users: Users;
  /** In each. */
  readonly messages: number;
}

/** Connections that do nothing. */
export interface Held extends Omit<HoldLoad, "kind" | "port"> {
  /** For the table. */
  readonly name: string;
  /** Of a server; undefined when that one is not measured. */
  port(server: BenchServer): number | undefined;
}

/** Before POP3 is measured. */
export const filled: Filled = { users: { ...users, count: 100 }, messages: 50 };

/** Who gets the mail whose delivery is measured: not those whose maildrops are read. */
const delivered: Users = { ...users, count: users.count - filled.users.count, offset: filled.users.count };

/** Connections that are held to see what one costs; those of IMAP wait in IDLE, ten in each mailbox. */
export const heldIdle: readonly Held[] = [
  { name: "SMTP", port: ({ smtp }) => smtp, connections: 2000 },
  { name: "POP3", port: ({ pop3 }) => pop3, connections: 2000 },
  { name: "IMAP", port: ({ imapIdle }) => imapIdle, connections: 5000, users },
];

/** Octets: seconds of large messages would fill disks, and what a server was sent stays until the round is over. */
const mostWritten = 300_000_000;

/** In the order of the table. */
export const rows: readonly Row[] = [
  ...[4096, 102400].flatMap((octets) =>
    [1, 10, 100].map((connections): Row => ({
      group: "smtp",
      name: `SMTP accept, ${octets / 1024} KiB, ${at(connections)}`,
      load: ({ smtp }, scale) =>
        smtp === undefined ? undefined : {
          kind: "smtp",
          port: smtp,
          connections,
          ...span(scale),
          until: { ...span(scale).until, operations: Math.ceil(mostWritten * scale / octets) },
          size: octets,
          users: delivered,
        },
    }))
  ),
  {
    group: "smtp",
    name: `SMTP accept, 4 KiB, ${at(10)}, texts indexed afterwards`,
    load: ({ indexedSmtp }, scale) =>
      indexedSmtp === undefined ? undefined : {
        kind: "smtp",
        port: indexedSmtp,
        connections: 10,
        // Not seconds: at rest times the index takes each message three times as long as it is at work, and that is waited for.
        ...{ warmUp: scale, until: { operations: Math.ceil(2000 * scale) } },
        size: 4096,
        users: delivered,
      },
  },
  ...[1, 10, 50].map((connections): Row => ({
    group: "pop3",
    name: `POP3 login, ${at(connections)}`,
    load: ({ pop3 }, scale) =>
      pop3 === undefined ? undefined : {
        kind: "login",
        port: pop3,
        connections,
        ...span(scale),
        users: filled.users,
      },
  })),
  {
    group: "pop3",
    name: `POP3 login over TLS, ${at(10)}`,
    load: ({ pop3s }, scale) =>
      pop3s === undefined ? undefined : {
        kind: "login",
        ...pop3s,
        connections: 10,
        ...span(scale),
        users: filled.users,
      },
  },
  ...[false, true].flatMap((pipelined) =>
    [1, 10, 50].map((connections): Row => ({
      group: "pop3",
      name: `POP3 session of ${filled.messages} RETR, ${pipelined ? "pipelined, " : ""}${at(connections)}`,
      load: ({ pop3 }, scale) =>
        pop3 === undefined ? undefined : {
          kind: "pop3",
          port: pop3,
          connections,
          ...span(scale),
          pipelined,
          users: filled.users,
        },
    }))
  ),
  {
    group: "pop3",
    name: `POP3 session of ${filled.messages} RETR over TLS, ${at(10)}`,
    load: ({ pop3s }, scale) =>
      pop3s === undefined ? undefined : {
        kind: "pop3",
        ...pop3s,
        connections: 10,
        ...span(scale),
        pipelined: false,
        users: filled.users,
      },
  },
];

/** For the name of a row. */
export function at(connections: number): string {
  return connections === 1 ? "1 connection" : `${connections} connections`;
}
