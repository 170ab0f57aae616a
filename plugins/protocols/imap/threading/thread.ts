/** Threads (RFC 5256 §3): trees of messages. */

/** A message and what answers it; or, at the root of a thread only, messages that answer one that is not there. */
export interface Thread {
  /** Sequence number or UID; undefined where the message is not there: it then has two children or more. */
  readonly number: number | undefined;
  /** In their order. */
  readonly children: readonly Thread[];
}
