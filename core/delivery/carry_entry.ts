/** One entry of the queue, from its claim to what is written down of the attempt. */
import type { SmtpReply } from "../contract/delivery.ts";
import type { Logger } from "../contract/logger.ts";
import type { QueuedRecipient, QueueEntry } from "../contract/queue.ts";
import { Refusal } from "../contract/refusal.ts";
import type { Operation, Storage } from "../contract/storage.ts";
import type { DeliveryResult } from "../contract/transport.ts";
import type { EventSink } from "../observe/observation.ts";
import { attempt, forAll, noTransport, type Results } from "./attempt.ts";
import type { ReportedRecipient } from "./bounce.ts";
import { outgoingBody } from "./outgoing_body.ts";
import { queueEvent } from "./queue_events.ts";
import type { QueueClock } from "./queue_runner.ts";
import { localError } from "./replies.ts";
import { type ReturnedReport, type ReturnParts, returnReport } from "./return_report.ts";
import { givenUpAt, isLate, isOver, nextAttempt, type Schedule } from "./schedule.ts";

/** What carrying needs. */
export interface CarryParts extends ReturnParts {
  /** Where the queue is. */
  readonly storage: Storage;
  /** When to try again. */
  readonly schedule: Schedule;
  /** Who is told. */
  readonly events: EventSink;
  /** For the operator. */
  readonly log: Logger;
  /** The time. */
  readonly clock: QueueClock;
  /** Whose claim it is. */
  readonly runner: string;
  /** Aborts when the server stops. */
  readonly stop: AbortSignal;
}

/** Milliseconds of an attempt: RFC 5321 §4.5.3.2.6 gives the end of the data alone ten minutes. */
const patience = 15 * 60_000;
/** Milliseconds after which a storage that failed is asked again. */
const pause = 5_000;

/** What became of the recipients of an entry. */
interface Outcome {
  readonly delivered: readonly (readonly [QueuedRecipient, remoteReply: string])[];
  readonly failed: readonly QueuedRecipient[];
  readonly left: readonly QueuedRecipient[];
  /** Whether some of `failed` were given up because time is over. */
  readonly isOver: boolean;
  /** Whether the sender is to be told that those of `left` are late. */
  readonly isLate: boolean;
  /** When it came to that. */
  readonly at: Date;
  /** When those of `left` are tried next. */
  readonly dueAt: Date;
}

/** Tries an entry once and writes down what came of it. Never throws. */
export async function carryEntry(entry: QueueEntry, parts: CarryParts): Promise<void> {
  const results = await attemptInTime(entry, parts);
  // The server stops: nothing is known, and the claim is given back.
  if (results === undefined) return;
  const outcome = outcomeOf(entry, results, parts.schedule, parts.clock.now());
  if (await settle(entry, outcome, parts)) tell(entry, outcome, parts);
}

async function attemptInTime(entry: QueueEntry, parts: CarryParts): Promise<Results | undefined> {
  const { storage, ways, clock, stop, log } = parts;
  const { recipients } = entry.envelope;
  const placed = ways.transportFor(entry.domain);
  if (placed === undefined) return forAll(recipients, noTransport);
  const told = log.child({ transport: placed.name, entry: entry.id, message: entry.message });
  const deadline = new AbortController(), done = new AbortController();
  clock.wait(patience, done.signal).then(() => deadline.abort());
  try {
    const body = await outgoingBody(await storage.openBody(entry.body));
    return await attempt(placed.transport, entry, body, { deadline: deadline.signal, stop }, told);
  } catch (error) {
    told.error("a message in the queue cannot be read", { error });
    return forAll(recipients, localError);
  } finally {
    done.abort();
  }
}

function outcomeOf(entry: QueueEntry, results: Results, schedule: Schedule, at: Date): Outcome {
  const delivered: [QueuedRecipient, string][] = [], failed: QueuedRecipient[] = [], left: QueuedRecipient[] = [];
  const over = isOver(entry, schedule, at);
  for (const recipient of entry.recipients) {
    const result: DeliveryResult = results.get(recipient.address) ?? { outcome: "retry", reply: localError };
    if (result.outcome === "delivered") delivered.push([recipient, result.remoteReply]);
    else (result.outcome === "failed" || over ? failed : left).push({ ...recipient, reply: result.reply });
  }
  const late = left.length > 0 && failed.length === 0 && isLate(entry, schedule, at);
  return { delivered, failed, left, isOver: over, isLate: late, at, dueAt: nextAttempt(entry, schedule, at) };
}

/**
 * Writes down what became of an attempt, together with the report of it. False where that is no longer ours to do. While
 * the storage fails, nothing is forgotten here: what was delivered would be delivered again.
 */
async function settle(entry: QueueEntry, outcome: Outcome, parts: CarryParts): Promise<boolean> {
  const { storage, clock, stop, log } = parts;
  const facts = { entry: entry.id, message: entry.message };
  let canBeTold = true;
  while (true) {
    let report: ReturnedReport | undefined;
    try {
      report = canBeTold ? await reportOf(entry, outcome, parts) : undefined;
      await storage.apply([operationFor(entry, outcome, parts.runner), ...report?.operations ?? []]);
      return true;
    } catch (error) {
      if (report !== undefined) storage.discardBody(report.body);
      if (!(error instanceof Refusal) || error.kind === "unavailable") {
        log.error("what became of a message in the queue could not be stored: it is tried again", { ...facts, error });
        await clock.wait(pause, stop);
        if (stop.aborted) return false;
      } else if (canBeTold) {
        // A mailbox that is full or gone: the message must not stay in the queue for that.
        if (report !== undefined) log.warn("the sender of a message could not be told", { ...facts, error });
        canBeTold = false;
      } else {
        log.warn("what became of a message in the queue is somebody else's to say", { ...facts, error });
        return false;
      }
    }
  }
}

function operationFor(
  { id: entry, isWarned }: QueueEntry,
  { left, isLate, dueAt }: Outcome,
  runner: string,
): Operation {
  if (left.length === 0) return { do: "dequeue", entry, runner };
  const attempt = { recipients: left, isWarned: isWarned || isLate };
  return { do: "reschedule", entry, dueAt, runner, attempt };
}

/** RFC 5321 §6.1: the sender is told of what failed; and once, that what is left is late. */
async function reportOf(
  entry: QueueEntry,
  { failed, left, isOver, isLate, at }: Outcome,
  parts: CarryParts,
): Promise<ReturnedReport | undefined> {
  const about = failed.length > 0 ? failed : isLate ? left : [];
  const recipients = about.map((recipient) => reported(recipient, isOver));
  const action = failed.length > 0 ? "failed" : "delayed";
  const retryUntil = givenUpAt(entry, parts.schedule);
  return await returnReport(entry, { action, recipients, retryUntil }, parts, at);
}

function reported(
  { address, original, reply = localError }: QueuedRecipient,
  isOver: boolean,
): ReportedRecipient {
  const isExpired = isOver && reply.code < 500;
  return { address: original ?? address, reply, isExpired, isConfidential: original !== undefined };
}

function tell(entry: QueueEntry, { delivered, failed, left, dueAt, at }: Outcome, { log, events }: CarryParts): void {
  const tried = { ...entry, attempts: entry.attempts + 1 };
  const facts = { entry: entry.id, message: entry.message, sender: entry.envelope.sender, attempts: tried.attempts };
  for (const [{ address }, reply] of delivered) {
    log.info("message sent", { ...facts, recipient: address, reply });
    events.tell("sent", queueEvent(tried, address, at, reply));
  }
  for (const { address, reply = localError } of left) {
    log.info("message deferred", { ...facts, recipient: address, reply: said(reply), dueAt: dueAt.toISOString() });
    events.tell("deferred", { ...queueEvent(tried, address, at, said(reply)), dueAt });
  }
  for (const { address, reply = localError } of failed) {
    log.warn("message not sent", { ...facts, recipient: address, reply: said(reply) });
    events.tell("failed", queueEvent(tried, address, at, said(reply)));
  }
}

function said({ code, enhanced, text }: SmtpReply): string {
  return `${code} ${enhanced} ${text}`;
}
