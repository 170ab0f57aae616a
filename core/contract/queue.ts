/** The queue: mail on its way out, kept in the storage until a transport has carried it or nobody tries any more. */
import type { Envelope, SmtpReply } from "./delivery.ts";
import type { BodyId, QueueId } from "./identifiers.ts";

/** A message for recipients of one domain. */
export interface QueueEntry extends NewQueueEntry {
  /** Unique, and never given to another. */
  readonly id: QueueId;
  /** How often it was tried to the end. */
  readonly attempts: number;
  /** Whether the sender has been told that it is late. */
  readonly isWarned: boolean;
  /** Who carries it, and until when nobody else may; absent: nobody. */
  readonly claim?: QueueClaim;
}

/** What is put into the queue. */
export interface NewQueueEntry {
  /** The domain of all its recipients, lower case. */
  readonly domain: string;
  /** From whom; its recipients are the addresses below, those that are still to get it. */
  readonly envelope: Envelope;
  /** The recipients, each with what became of it so far. */
  readonly recipients: readonly QueuedRecipient[];
  /** The message's octets, kept for as long as an entry has them. */
  readonly body: BodyId;
  /** The message's id, as in its Received field and in the log. */
  readonly message: string;
  /** When it was accepted. */
  readonly queuedAt: Date;
  /** When to try next. */
  readonly dueAt: Date;
}

/** A recipient that has not got the message yet. */
export interface QueuedRecipient {
  /** Where it goes, without angle brackets. */
  readonly address: string;
  /** The address that the sender gave, where an alias led from there; nobody is told where aliases lead. */
  readonly original?: string;
  /** What the last attempt came to. */
  readonly reply?: SmtpReply;
}

/** A lease: when it has run out, whoever had it may have died, and the entry is anyone's. */
export interface QueueClaim {
  /** Who. */
  readonly runner: string;
  /** Until when. */
  readonly until: Date;
}

/** What can be done with the queue: plain data, as all operations. */
export type QueueOperation =
  | { readonly do: "enqueue"; readonly entry: NewQueueEntry }
  /** Takes entries that are due and that nobody has, the longest due first; those of some domains stay. */
  | {
    readonly do: "claimQueued";
    readonly runner: string;
    /** Entries at most. */
    readonly most: number;
    /** When the lease ends. */
    readonly until: Date;
    readonly exceptDomains?: readonly string[];
  }
  /** The lease of those of these entries that are the runner's ends then: later, or now. */
  | {
    readonly do: "extendClaims";
    readonly runner: string;
    readonly entries: readonly QueueId[];
    readonly until: Date;
  }
  /**
   * To be tried at another time, by anyone. With a runner it must be that one's, and `attempt` is what it came to; without
   * one it must be nobody's.
   */
  | {
    readonly do: "reschedule";
    readonly entry: QueueId;
    readonly dueAt: Date;
    readonly runner?: string;
    readonly attempt?: QueueAttempt;
  }
  /** Out of the queue; with a runner, it must be that one's. */
  | { readonly do: "dequeue"; readonly entry: QueueId; readonly runner?: string };

/** An attempt that left something to be done. */
export interface QueueAttempt {
  /** Those that are still to get it. */
  readonly recipients: readonly QueuedRecipient[];
  /** Whether the sender has been told that it is late. */
  readonly isWarned: boolean;
}

/** Reads of the queue. */
export interface Queue {
  /** One entry. */
  queued(id: QueueId): Promise<QueueEntry | undefined>;
  /** In the order in which they came. @param after Only those that came after this one. @param most Absent: all. */
  queue(after?: QueueId, most?: number): Promise<readonly QueueEntry[]>;
  /** The first time after this one at which an entry can be claimed; undefined when there is none. */
  nextDue(after: Date): Promise<Date | undefined>;
  /**
   * Tells when there may be something to claim that was not there before, whoever put it there, also another process.
   * Ends when `stop` aborts.
   */
  watchQueue(stop: AbortSignal): AsyncIterable<void>;
}
