/** Transports carry queued messages to other servers. */
import type { Envelope, SmtpReply } from "./delivery.ts";
import type { BodyId } from "./identifiers.ts";
import type { Body } from "./storage.ts";

/** One way out. */
export interface Transport {
  /** Tries once; what became of each recipient. */
  deliver(entry: QueueEntry, body: Body): Promise<ReadonlyMap<string, DeliveryResult>>;
}

/** A message on its way out. */
export interface QueueEntry {
  /** Unique. */
  readonly id: string;
  /** From whom to whom. */
  readonly envelope: Envelope;
  /** Its octets. */
  readonly body: BodyId;
  /** How often it was tried. */
  readonly attempts: number;
  /** When to try next. */
  readonly dueAt: Date;
}

/** What became of one recipient. */
export type DeliveryResult =
  | { readonly outcome: "delivered"; readonly remoteReply: string }
  | { readonly outcome: "retry" | "failed"; readonly reply: SmtpReply };
