/**
 * One storage for several threads of the program. The thread that has opened it, the owner, has the writer and the maildrop
 * locks; each of the others reads by itself, asks the writer through a port that the owner hands on, and the owner for locks.
 */
import type { AccountId } from "../../core/contract/identifiers.ts";
import { Refusal } from "../../core/contract/refusal.ts";
import type { SharedStorage } from "../../core/contract/storage.ts";
import { DeadlineExceeded } from "../../core/wire/errors.ts";
import { type WaitClock, Waits } from "../../core/wire/waits.ts";
import { MaildropLocks } from "../common/maildrop_locks.ts";
import type { NumberedRequest, WriterMessage } from "./writer_messages.ts";
import type { WriterLink } from "./writer_link.ts";
import { hear, type SpawnWriter, type WriterListener } from "./writer_thread.ts";

/** What a thread asks of the owner. */
type SharerRequest =
  /** The other end of a port through which it asks the writer. */
  | { readonly join: MessagePort }
  | { readonly lock: AccountId; readonly id: number }
  | { readonly unlock: AccountId }
  /** Somebody looks for texts: they may have to be indexed. */
  | { readonly seeks: true };

/** What it is told. */
type OwnerAnswer =
  | { readonly id: number; readonly lock: AccountId; readonly isLocked: boolean }
  /** There is no writer any more: why. */
  | { readonly died: string };

/** What a storage has in common with those of other threads. */
export interface Sharing {
  /** How the writer is started; absent: as the permissions allow. */
  readonly spawn?: SpawnWriter;
  /** Whether no other thread has a part in it. */
  readonly isAlone: boolean;
  /** The lock, let go when it is disposed of; undefined when another holds it, in whatever thread. */
  lock(account: AccountId): Promise<AsyncDisposable | undefined>;
  /** One more thread. Dispose of it when that has ended: what it held is let go then. */
  share(): SharedStorage;
  /** Somebody looks for texts: they may have to be indexed. */
  seeks(): void;
  /** There is no writer any more. */
  died(reason: string): void;
  /** Nobody has anything to ask any more. */
  end(): void;
}

/** What sharing needs of the storage that owns the writer. */
export interface Owned {
  /** To the writer. */
  link(): Pick<WriterLink, "join" | "leave">;
  /** Somebody looks for texts, in whatever thread. */
  seeks(): void;
}

/** The threads that share a storage, as its owner sees them. */
export class Sharers implements Sharing {
  readonly #owned: Owned;
  readonly #locks = new MaildropLocks();
  readonly #sharers = new Map<number, Sharer>();
  #last = 0;

  /** None yet. */
  constructor(owned: Owned) {
    this.#owned = owned;
  }

  get isAlone(): boolean {
    return this.#sharers.size === 0;
  }

  lock(account: AccountId): Promise<AsyncDisposable | undefined> {
    return Promise.resolve(this.#locks.lock(account));
  }

  seeks(): void {
    this.#owned.seeks();
  }

  share(): SharedStorage {
    const { port1, port2 } = new MessageChannel();
    const number = ++this.#last;
    const sharer = new Sharer(number, port1, this.#owned, this.#locks);
    this.#sharers.set(number, sharer);
    const end = () => {
      this.#sharers.delete(number);
      sharer.end();
    };
    return { port: port2, [Symbol.dispose]: end };
  }

  died(reason: string): void {
    for (const sharer of this.#sharers.values()) sharer.tell({ died: reason });
  }

  end(): void {
    for (const sharer of this.#sharers.values()) sharer.end();
    this.#sharers.clear();
  }
}

class Sharer {
  readonly #number: number;
  readonly #port: MessagePort;
  readonly #owned: Owned;
  readonly #locks: MaildropLocks;
  readonly #held = new Map<AccountId, AsyncDisposable>();

  constructor(number: number, port: MessagePort, owned: Owned, locks: MaildropLocks) {
    this.#number = number;
    this.#port = port;
    this.#owned = owned;
    this.#locks = locks;
    port.onmessage = ({ data }: MessageEvent<SharerRequest>) => this.#take(data);
  }

  tell(answer: OwnerAnswer): void {
    this.#port.postMessage(answer);
  }

  end(): void {
    this.#port.close();
    this.#owned.link().leave(this.#number);
    for (const lock of this.#held.values()) lock[Symbol.asyncDispose]();
    this.#held.clear();
  }

  #take(asked: SharerRequest): void {
    if ("join" in asked) {
      try {
        this.#owned.link().join(this.#number, asked.join);
      } catch (error) {
        this.tell({ died: error instanceof Error && error.cause ? String(error.cause) : String(error) });
      }
    } else if ("lock" in asked) {
      const lock = this.#locks.lock(asked.lock);
      if (lock !== undefined) this.#held.set(asked.lock, lock);
      this.tell({ id: asked.id, lock: asked.lock, isLocked: lock !== undefined });
    } else if ("unlock" in asked) {
      this.#held.get(asked.unlock)?.[Symbol.asyncDispose]();
      this.#held.delete(asked.unlock);
    } else this.#owned.seeks();
  }
}

/** Milliseconds that the owner, who serves sessions too, is waited for. */
const PATIENCE = 60_000;

/** The owner, as a thread that shares its storage sees it. */
export class Owner implements Sharing {
  readonly isAlone = false;
  readonly #port: MessagePort;
  readonly #waiting = new Map<number, (isLocked: boolean) => void>();
  readonly #waits: Waits;
  #writer: WriterListener | undefined;
  #last = 0;

  /** Through the port that the owner gave. */
  constructor(port: MessagePort, clock?: WaitClock) {
    this.#port = port;
    this.#waits = new Waits(undefined, clock);
    port.onmessage = ({ data }: MessageEvent<OwnerAnswer>) => {
      if ("died" in data) return this.#writer?.died(data.died);
      const waiting = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      if (waiting !== undefined) waiting(data.isLocked);
      // Whoever asked for it has left.
      else if (data.isLocked) this.#tell({ unlock: data.lock });
    };
  }

  /** Asks the owner's writer; the owner starts it when there is none. */
  readonly spawn: SpawnWriter = (listener) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }: MessageEvent<WriterMessage>) => hear(data, listener);
    this.#writer = listener;
    this.#tell({ join: port2 }, [port2]);
    return {
      send: (asked: NumberedRequest) => port1.postMessage(asked),
      // Whoever shares is asked by nobody.
      join: (_thread, port) => port.close(),
      leave() {},
      terminate: () => port1.close(),
    };
  };

  async lock(account: AccountId): Promise<AsyncDisposable | undefined> {
    const id = ++this.#last;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#waiting.set(id, resolve);
    this.#tell({ lock: account, id });
    if (!await this.#inTime(id, promise)) return undefined;
    let isHeld = true;
    return {
      [Symbol.asyncDispose]: () => {
        // A second disposal must not let go of another's lock.
        if (isHeld) this.#tell({ unlock: account });
        isHeld = false;
        return Promise.resolve();
      },
    };
  }

  share(): SharedStorage {
    throw new Error("a storage is shared by the thread that has opened it");
  }

  seeks(): void {
    this.#tell({ seeks: true });
  }

  died(): void {}

  end(): void {
    this.#port.close();
    this.#waits[Symbol.dispose]();
  }

  /** @throws Refusal `unavailable`. */
  async #inTime(id: number, answer: Promise<boolean>): Promise<boolean> {
    try {
      return await this.#waits.within(answer, PATIENCE);
    } catch (error) {
      if (!(error instanceof DeadlineExceeded)) throw error;
      this.#waiting.delete(id);
      throw new Refusal("unavailable", "the maildrop cannot be locked for now", { cause: "no answer in time" });
    }
  }

  #tell(request: SharerRequest, transfer: Transferable[] = []): void {
    this.#port.postMessage(request, transfer);
  }
}
