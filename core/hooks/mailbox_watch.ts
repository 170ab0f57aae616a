/** Tells observers which mailboxes change. */
import type { Logger } from "../contract/logger.ts";
import type { Storage } from "../contract/storage.ts";
import type { EventSink } from "../observe/observation.ts";

/** What is needed for that. */
export interface MailboxWatchParts {
  /** What changes. */
  readonly storage: Pick<Storage, "watchAll">;
  /** Who is told. */
  readonly events: EventSink;
  /** For the operator. */
  readonly log: Logger;
  /** The time. */
  now(): Date;
}

/** Watches until the signal aborts; not at all where nobody wants to be told. Never rejects. */
export async function watchMailboxes(
  { storage, events, log, now }: MailboxWatchParts,
  stop: AbortSignal,
): Promise<void> {
  if (!events.has("mailboxChanged")) return;
  try {
    for await (const { account, mailbox, modseq } of storage.watchAll(stop)) {
      events.tell("mailboxChanged", {
        at: now(),
        modseq: String(modseq),
        ...account !== undefined && { account },
        ...mailbox !== undefined && { mailbox },
      });
    }
  } catch (error) {
    log.error("changes of mailboxes can no longer be observed", { error });
  }
}
