/**
 * Which sessions of POP4 have which folders: one session a folder, as RFC 1939 §4 has it for maildrops. The lock of the
 * account keeps its own sessions apart; these keep apart the owner of a shared folder and its guests.
 */
import type { MailboxId } from "../../../core/contract/mod.ts";

/** Of one service. */
export class FolderLocks {
  readonly #held = new Map<MailboxId, { readonly holder: object; count: number }>();

  /** A hold of the folder; a holder may have several. Undefined when another has it. Disposing of it gives it back. */
  hold(folder: MailboxId, holder: object): AsyncDisposable | undefined {
    const lock = this.#held.get(folder) ?? { holder, count: 0 };
    if (lock.holder !== holder) return undefined;
    lock.count++;
    this.#held.set(folder, lock);
    let isHeld = true;
    return {
      [Symbol.asyncDispose]: () => {
        if (isHeld && --lock.count === 0) this.#held.delete(folder);
        isHeld = false;
        return Promise.resolve();
      },
    };
  }
}
