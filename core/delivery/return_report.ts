/**
 * Reports go back to the sender of a message: into its mailbox, or into the queue. Never one about a report, nor about any
 * other message without a sender (RFC 5321 §6.1, §4.5.5).
 */
import type { Directory } from "../contract/directory.ts";
import type { BodyId } from "../contract/identifiers.ts";
import type { Logger } from "../contract/logger.ts";
import type { QueueEntry } from "../contract/queue.ts";
import type { Operation, Storage } from "../contract/storage.ts";
import { newMessageId } from "../message/trace_header.ts";
import { printReport, type Report, type ReportedRecipient } from "./bounce.ts";
import { enqueueOperations } from "./enqueue.ts";
import { route } from "./route.ts";
import type { WaysOut } from "./ways_out.ts";

/** What returning needs. */
export interface ReturnParts {
  /** Where reports are kept. */
  readonly storage: Pick<Storage, "openBody" | "writeBody" | "summary">;
  /** Whose addresses are here. */
  readonly directory: Pick<Directory, "resolve">;
  /** How mail leaves. */
  readonly ways: WaysOut;
  /** The server's own name. */
  readonly hostname: string;
  /** The address of whoever looks after the server. */
  readonly postmaster: string;
  /** For the operator. */
  readonly log: Logger;
}

/** What is to be told of an entry. */
export interface Told {
  /** Of those below. */
  readonly action: Report["action"];
  /** Whom it is about. */
  readonly recipients: readonly ReportedRecipient[];
  /** Until when the message is tried. */
  readonly retryUntil: Date;
}

/** A report that has been written, and what delivers it: a part of the batch that makes it true. */
export interface ReturnedReport {
  /** Its octets; whoever does not apply the operations discards them. */
  readonly body: BodyId;
  /** One or more. */
  readonly operations: readonly Operation[];
}

/** Octets of the message that are read for its header. */
const mostHead = 64 * 1024;

/** Writes a report; undefined where nobody is to be told, or nobody can be. @throws what the storage throws. */
export async function returnReport(
  entry: QueueEntry,
  { action, recipients, retryUntil }: Told,
  parts: ReturnParts,
  now: Date,
): Promise<ReturnedReport | undefined> {
  const { storage, hostname, postmaster, log } = parts;
  const { sender, smtpUtf8 } = entry.envelope;
  if (sender === "" || recipients.length === 0) return undefined;
  const facts = { message: entry.message, entry: entry.id, sender };
  const way = await route(sender, parts, true);
  if ("refusal" in way) {
    log.warn("nobody can be told that a message was not delivered", { ...facts, reason: way.refusal.text });
    return undefined;
  }
  const original = await storage.openBody(entry.body);
  const { messageId: originalId } = await storage.summary(entry.body);
  const octets = printReport({
    ...{ action, recipients, retryUntil, hostname, smtpUtf8 },
    ...originalId !== undefined && { originalId },
    from: postmaster,
    to: sender,
    date: now,
    messageId: newMessageId(hostname, now),
    message: entry.message,
    arrival: entry.queuedAt,
    head: await original.read(0, mostHead),
  });
  const body = await storage.writeBody(octets);
  const details = { receivedAt: now, flags: [] };
  const local = way.accounts.map((account) =>
    ({ do: "deliver", account, mailboxName: "INBOX", body, details }) as const
  );
  // RFC 3464 §2: from the null path, so that nothing is ever reported of a report.
  const isGlobal = octets.some((octet) => octet > 127);
  const envelope = {
    sender: "",
    recipients: way.remote,
    bodyType: isGlobal ? "8bitmime" : "7bit",
    smtpUtf8: smtpUtf8 && isGlobal,
  } as const;
  const outgoing = way.remote.map((address) => ({ address }));
  const id = `${entry.message}-${action}-${entry.id}`;
  log.info("the sender of a message is told", { ...facts, action, report: id });
  return { body, operations: [...local, ...enqueueOperations({ id, envelope, recipients: outgoing, body }, now)] };
}
