/**
 * Which sessions of POP4 have which folders: one session a folder, as RFC 1939 §4 has it for maildrops. The lock of the
 * account keeps its own sessions apart; these keep apart the owner of a shared folder and its guests.
 */
import type { Common, MailboxId } from "../../../core/contract/mod.ts";

/** The folders that a session has. */
interface Lock {
  readonly hold: AsyncDisposable;
  count: number;
}

/** Of one server. */
export class FolderLocks {
  readonly #common: Pick<Common, "hold">;
  readonly #bySession = new WeakMap<object, Map<MailboxId, Lock>>();

  /** Held in common with sessions of other threads. */
  constructor(common: Pick<Common, "hold">) {
    this.#common = common;
  }

  /** A hold of the folder; a session may have several. Undefined when another has it. Disposing of it gives it back. */
  async hold(folder: MailboxId, session: object): Promise<AsyncDisposable | undefined> {
    const held = this.#bySession.get(session) ?? new Map<MailboxId, Lock>();
    this.#bySession.set(session, held);
    const hold = held.get(folder)?.hold ?? await this.#common.hold(`pop4 ${folder}`, Infinity);
    if (hold === undefined) return undefined;
    const lock = held.get(folder) ?? { hold, count: 0 };
    lock.count++;
    held.set(folder, lock);
    let isHeld = true;
    return {
      [Symbol.asyncDispose]: async () => {
        const isLast = isHeld && --lock.count === 0;
        isHeld = false;
        if (!isLast) return;
        held.delete(folder);
        await lock.hold[Symbol.asyncDispose]();
      },
    };
  }
}
