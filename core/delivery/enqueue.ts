/** Puts a message into the queue: the operations that belong into the batch which accepts it. Pure. */
import type { Envelope } from "../contract/delivery.ts";
import type { BodyId } from "../contract/identifiers.ts";
import type { QueuedRecipient, QueueOperation } from "../contract/queue.ts";
import { domainOf } from "./ways_out.ts";

/** A message that goes to other servers, perhaps besides its local copies. */
export interface OutgoingMessage {
  /** The message's id, as in its Received field and in the log. */
  readonly id: string;
  /** From whom; its recipients are not looked at. */
  readonly envelope: Envelope;
  /** To whom; each address counts once. */
  readonly recipients: readonly QueuedRecipient[];
  /** Its octets; a Return-Path of ours at their start is left out when it leaves. */
  readonly body: BodyId;
}

/** Puts a message into the queue. */
export type Enqueue = Extract<QueueOperation, { readonly do: "enqueue" }>;

/** RFC 5321 §4.5.3.1.8: more recipients need not be taken at once. */
const mostRecipients = 100;

/** One entry for each domain, or more where it has many recipients: each is tried again on its own. */
export function enqueueOperations({ id, envelope, recipients, body }: OutgoingMessage, now: Date): Enqueue[] {
  return chunksByDomain(recipients).map(({ domain, chunk }) => ({
    do: "enqueue",
    entry: {
      domain,
      envelope: { ...envelope, recipients: chunk.map(({ address }) => address) },
      recipients: chunk,
      body,
      message: id,
      queuedAt: now,
      dueAt: now,
    },
  }));
}

interface Chunk {
  readonly domain: string;
  readonly chunk: readonly QueuedRecipient[];
}

function chunksByDomain(recipients: readonly QueuedRecipient[]): Chunk[] {
  // Nearly always: a message has only local copies.
  if (recipients.length === 0) return [];
  const byAddress = new Map<string, QueuedRecipient & { readonly domain: string }>();
  for (const recipient of recipients) {
    const domain = domainOf(recipient.address);
    const key = `${recipient.address.slice(0, recipient.address.lastIndexOf("@"))}@${domain}`;
    if (!byAddress.has(key)) byAddress.set(key, { ...recipient, domain });
  }
  const byDomain = Map.groupBy(byAddress.values(), ({ domain }) => domain);
  return [...byDomain].flatMap(([domain, all]) => {
    const bare = all.map(({ domain: _, ...recipient }) => recipient);
    const starts = Array.from({ length: Math.ceil(bare.length / mostRecipients) }, (_, n) => n * mostRecipients);
    return starts.map((start) => ({ domain, chunk: bare.slice(start, start + mostRecipients) }));
  });
}
