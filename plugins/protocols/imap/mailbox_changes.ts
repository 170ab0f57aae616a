/** What has happened in the selected mailbox, as its client is told of it. */
import type { Message } from "../../../core/contract/mod.ts";

/** What the client has to be told, in this order. */
export interface Changes {
  /** UIDs that are gone and were not before, ascending. */
  readonly gone: readonly number[];
  /** The UIDs that are new to the client, ascending. */
  readonly arrived: readonly number[];
  /** Messages whose flags have changed, by UID, a page of them. */
  readonly changed: readonly Message[];
  /** With those that are new, and those of which a command has told already. */
  readonly touched: readonly Message[];
}

/** Told of what is gone: sequence numbers, each as it is once those before it are gone, and UIDs, ascending. */
export interface Vanished {
  readonly numbers: readonly number[];
  readonly uids: readonly number[];
}
