/** The lines that are put before a message (RFC 5321 §4.4). */
import { printReceived, printReturnPath } from "../../../core/message/trace_header.ts";
import type { SmtpOptions } from "./options.ts";
import type { Session } from "./session.ts";
import type { Client } from "./state.ts";
import type { Transaction } from "./transaction.ts";

/** How it is configured. */
export interface TraceOptions {
  /** Of them, those that count here. */
  readonly options: Pick<SmtpOptions, "received_from">;
}

/** Return-Path and Received. */
export function printTrace(
  session: Pick<Session, "context" | "connection"> & TraceOptions,
  client: Client,
  transaction: Transaction,
  id: string,
  date: Date,
): string {
  const { connection, context, options } = session;
  const isAuthenticated = client.account !== undefined;
  const isHidden = isAuthenticated && options.received_from === "server";
  const [recipient, ...others] = transaction.recipients;
  const received = printReceived({
    helo: isHidden ? context.hostname : client.helo,
    address: isHidden ? connection.local.hostname : connection.peer.hostname,
    by: context.hostname,
    transmission: {
      protocol: "SMTP",
      extended: client.extended,
      tls: connection.tls !== undefined,
      authenticated: isAuthenticated,
      utf8: transaction.smtpUtf8,
    },
    id,
    // RFC 5321 §7.2: several recipients must not learn of each other. §4.4: a mailbox, which <Postmaster> is not.
    ...(recipient?.address.includes("@") && others.length === 0 && { recipient: recipient.address }),
    ...(connection.tls && { tls: connection.tls.version }),
    ...(connection.tls?.cipher !== undefined && { cipher: connection.tls.cipher }),
    date,
  });
  // RFC 5321 §4.4: this is the final delivery of local copies; what goes on to other servers leaves without Return-Path.
  return `${printReturnPath(transaction.sender)}${received}`;
}
