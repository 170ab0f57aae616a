/** Tells those in this thread whom a commit concerns. */
import type { Listeners } from "../common/listeners.ts";
import type { Watchers } from "../common/watchers.ts";
import type { Collector } from "./collector.ts";
import type { CommitListener } from "./group_commit.ts";
import type { Indexer } from "./indexer.ts";
import type { OtherProcesses } from "./other_processes.ts";

/** Who is told. */
export interface Concerned {
  /** Who watches mailboxes. */
  readonly watchers: Watchers;
  /** Who watches the queue. */
  readonly bell: Listeners;
  /** Who looks for commits of others. */
  readonly others: OtherProcesses;
  /** Who removes what is left behind; absent: another thread does. */
  readonly collector: Collector | undefined;
  /** Who indexes texts; absent: another thread, or nobody. */
  readonly indexer: Indexer | undefined;
}

/** Told of each commit. */
export function commitListener({ watchers, bell, others, collector, indexer }: Concerned): CommitListener {
  return {
    changed(account, change, revision) {
      others.changed(account, change, revision);
      if (change.mailbox !== undefined) indexer?.touched(change.mailbox);
      watchers.tell(account, change);
    },
    changedForAll(revision) {
      others.changedForAll(revision);
      watchers.tellAll({ modseq: 0n });
    },
    committed: () => collector?.written(),
    othersWrote: () => others.haveWritten(),
    garbage: () => collector?.collect(),
    queueWoken: () => bell.tell(),
  };
}
