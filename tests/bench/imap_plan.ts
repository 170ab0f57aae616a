/** What is measured of IMAP: the rows, and the mailboxes that they need. */
import type { Users } from "./load/load.ts";
import { at, type Filled, type Row, span } from "./plan.ts";
import { type BenchServer, users } from "./servers/server.ts";

/** Messages of 4 KiB. */
const size = 4096;
/** The fields that Thunderbird asks for. */
const listed =
  "From To Cc Bcc Subject Date Message-ID Priority X-Priority References Newsgroups In-Reply-To Content-Type " +
  "Reply-To";

/** One mailbox for each connection. */
export const imapFilled: Readonly<Record<"fetch" | "mix", Filled>> = {
  fetch: { users: { ...users, offset: users.count, count: 10 }, messages: 1000 },
  mix: { users: { ...users, offset: users.count + 10, count: 100 }, messages: 100 },
};
const waiting: Users = { ...users, offset: users.count + 110, count: 50 };

/** In the order of the table. */
export const imapRows: readonly Row[] = [
  ...fetchRows("ENVELOPE", "(FLAGS UID RFC822.SIZE ENVELOPE)"),
  // What mail programs ask for before they show a list.
  ...fetchRows("HEADER.FIELDS", `(FLAGS UID RFC822.SIZE BODY.PEEK[HEADER.FIELDS (${listed})])`),
  ...fetchRows("BODY.PEEK[], 4 KiB", "(UID BODY.PEEK[])"),
  ...[1, 10].map((connections) =>
    mixedRow(`IMAP mixed load, ${at(connections)}`, connections, ({ imap, syncedImap }) => imap ?? syncedImap)
  ),
  // One more Dovecot with many sessions would take the watches on files that the other needs: a user has so many of them.
  mixedRow(`IMAP mixed load, ${at(100)}`, 100, ({ imap }) => imap),
  mixedRow(`IMAP mixed load, ${at(10)}, texts indexed`, 10, ({ indexedImap }) => indexedImap),
  ...(["append", "delivery"] as const).map((by): Row => ({
    group: "imap",
    name: `IMAP EXISTS in IDLE after ${by === "append" ? "another's APPEND" : "delivery"}`,
    load: ({ imapIdle, fill }, scale) =>
      imapIdle === undefined || fill === undefined ? undefined : {
        kind: "imap-delay",
        port: imapIdle,
        by: by === "append" ? by : { smtp: fill.port, lmtp: fill.lmtp },
        connections: waiting.count,
        messages: Math.ceil(50 * scale),
        size,
        users: waiting,
      },
  })),
];

function mixedRow(name: string, connections: number, door: (server: BenchServer) => number | undefined): Row {
  return {
    group: "imap",
    name,
    load(server, scale) {
      const port = door(server);
      return port === undefined
        ? undefined
        : { kind: "imap-mix", port, connections, ...span(scale), size, users: imapFilled.mix.users };
    },
  };
}

/** Rates are of messages, times of whole FETCHes. */
function fetchRows(name: string, items: string): Row[] {
  return [1, 10].map((connections) => ({
    group: "imap",
    name: `IMAP FETCH ${name}, ${at(connections)}`,
    load: ({ imap }, scale) =>
      imap === undefined ? undefined : {
        kind: "imap-fetch",
        port: imap,
        connections,
        ...span(scale),
        items,
        messages: imapFilled.fetch.messages,
        users: imapFilled.fetch.users,
      },
  }));
}
