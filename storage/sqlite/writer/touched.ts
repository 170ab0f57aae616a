/** What a commit has touched, for those who watch. */
import type { Touch } from "../writer_messages.ts";

/** A batch's, and those of the batches before it that were done; the latest of each. */
export class Touched {
  readonly #ofBatch = new Map<number, Touch>();
  readonly #kept = new Map<number, Touch>();

  /** Another one. */
  add(touch: Touch): void {
    // Keys are positive, of mailboxes and of accounts.
    this.#ofBatch.set(touch.mailbox ?? -touch.account, touch);
  }

  /** The batch is done. */
  keep(): void {
    for (const [key, touch] of this.#ofBatch) this.#kept.set(key, touch);
    this.#ofBatch.clear();
  }

  /** The batch is not done. */
  drop(): void {
    this.#ofBatch.clear();
  }

  /** All that were kept since this was last asked. */
  take(): Touch[] {
    const kept = [...this.#kept.values()];
    this.#kept.clear();
    return kept;
  }
}
