/** One attempt at carrying an entry of the queue: however a transport misbehaves, each recipient has a result. */
import type { SmtpReply } from "../contract/delivery.ts";
import type { Logger } from "../contract/logger.ts";
import type { QueueEntry } from "../contract/queue.ts";
import type { Body } from "../contract/storage.ts";
import type { DeliveryResult, Transport } from "../contract/transport.ts";
import { JoinedSignal } from "../wire/joined_signal.ts";
import { valueAt } from "../config/plain_value.ts";
import { reply } from "./replies.ts";

/** RFC 3463 §3.4: X.3.0, other or undefined mail system status. */
const transportFailed = reply(451, "4.3.0", "The message could not be handed over, for a reason that is ours");
/** RFC 3463 §3.5: X.4.1, no answer from host. */
const noAnswer = reply(451, "4.4.1", "The other side did not answer in time");
/** RFC 3463 §3.5: X.4.4, unable to route. */
export const noTransport: SmtpReply = reply(451, "4.4.4", "No way out is configured for this domain at present");

/** What an attempt came to: for each address of the entry. */
export type Results = ReadonlyMap<string, DeliveryResult>;

/** How an attempt is bounded. */
export interface AttemptBounds {
  /** Aborts when its time is over. */
  readonly deadline: AbortSignal;
  /** Aborts when the server stops: nothing is then known of the attempt. */
  readonly stop: AbortSignal;
}

/** Tries once. Undefined where the server stopped meanwhile. Never throws. */
export async function attempt(
  transport: Transport,
  entry: QueueEntry,
  body: Body,
  { deadline, stop }: AttemptBounds,
  log: Logger,
): Promise<Results | undefined> {
  const { recipients } = entry.envelope;
  using joined = new JoinedSignal(deadline, stop);
  const over = joined.signal;
  try {
    const work = Promise.try(() => transport.deliver(entry, body, over));
    const given = await Promise.race([work, aborted(over)]);
    if (given === "aborted") {
      // What comes of it later is nobody's concern any more.
      work.catch(() => {});
      if (stop.aborted) return undefined;
      log.warn("a transport has not answered in time");
      return forAll(recipients, noAnswer);
    }
    return new Map(recipients.map((address) => [address, checked(resultFor(given, address), log)]));
  } catch (error) {
    if (stop.aborted) return undefined;
    log.error("a transport failed", { error });
    return forAll(recipients, transportFailed);
  }
}

/** All are to be tried again. */
export function forAll(recipients: readonly string[], reply: SmtpReply): Results {
  return new Map(recipients.map((address) => [address, { outcome: "retry", reply }]));
}

function aborted(signal: AbortSignal): Promise<"aborted"> {
  if (signal.aborted) return Promise.resolve("aborted");
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve("aborted"), { once: true }));
}

/** Transports are written by others, and not always in TypeScript. @throws TypeError. */
function resultFor(results: unknown, address: string): unknown {
  if (!(results instanceof Map)) throw new TypeError("a transport gives a Map from addresses to results");
  return results.get(address);
}

/** A recipient that is not known to have the message gets it again: rather twice than never. */
function checked(result: unknown, log: Logger): DeliveryResult {
  const outcome = valueAt(result, ["outcome"]);
  if (outcome === "delivered") return { outcome, remoteReply: String(valueAt(result, ["remoteReply"]) ?? "") };
  const given = valueAt(result, ["reply"]);
  if (outcome === "retry") return { outcome, reply: checkedReply(given, 4) };
  if (outcome === "failed") return { outcome, reply: checkedReply(given, 5) };
  log.error("a transport gave no result for a recipient");
  return { outcome: "retry", reply: transportFailed };
}

/** RFC 5321 §4.2.1, RFC 3463 §2: the codes are of the class that the outcome is of. */
function checkedReply(given: unknown, digit: 4 | 5): SmtpReply {
  const code = valueAt(given, ["code"]), enhanced = valueAt(given, ["enhanced"]);
  const text = String(valueAt(given, ["text"]) ?? "");
  const known = typeof enhanced === "string" ? /^[45]\.(\d{1,3})\.(\d{1,3})$/.exec(enhanced) : null;
  const [, subject = "0", detail = "0"] = known ?? [];
  const isOfClass = typeof code === "number" && Number.isInteger(code) && Math.floor(code / 100) === digit;
  return reply(isOfClass ? code : digit === 4 ? 451 : 550, `${digit}.${Number(subject)}.${Number(detail)}`, text);
}
