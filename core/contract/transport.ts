/** Transports carry queued messages to other servers, or wherever else mail goes. */
import type { SmtpReply } from "./delivery.ts";
import type { QueueEntry } from "./queue.ts";
import type { Body } from "./storage.ts";

/** One way out. The queue decides when it is asked, and how often. */
export interface Transport {
  /**
   * Tries once. What throws, what takes too long, and a recipient that the result says nothing of, is tried again later.
   *
   * @param entry What to carry: to all of `entry.envelope.recipients`, from `entry.envelope.sender`.
   * @param body The message, without Return-Path, which final delivery adds (RFC 5321 §4.4).
   * @param stop Aborts when nobody waits for the result any more.
   * @returns What became of each recipient, by its address.
   */
  deliver(entry: QueueEntry, body: Body, stop: AbortSignal): Promise<ReadonlyMap<string, DeliveryResult>>;
}

/** What became of one recipient. */
export type DeliveryResult =
  | { readonly outcome: "delivered"; readonly remoteReply: string }
  /** `retry`: later, with a reply of the class 4; `failed`: never, with one of the class 5 (RFC 5321 §4.2.1). */
  | { readonly outcome: "retry" | "failed"; readonly reply: SmtpReply };
