/** A reload in the further threads: what each has set up for new sessions, until all take it, or drop it. */
import type { Logger } from "../../contract/logger.ts";
import type { Prepared } from "../sessions.ts";
import { NoAnswer } from "./calls.ts";
import type { ThreadLife } from "./thread_life.ts";
import type { ThreadRequests } from "./thread_messages.ts";
import type { ThreadPlace } from "./thread_place.ts";
import { inAll, problemsIn } from "./thread_problems.ts";

/** What is told of one. */
export interface ReloadParts {
  /** Called when it is taken, before any thread takes it: whoever starts from then on is given it. */
  readonly taken: () => void;
  /** For the operator. */
  readonly log: Logger;
}

interface Asked {
  readonly place: ThreadPlace;
  readonly life: ThreadLife;
}

/** One reload. Disposing of one that was not taken drops it. */
export class ThreadReload implements Prepared {
  readonly #places: readonly ThreadPlace[];
  readonly #asked: readonly Asked[];
  readonly #parts: ReloadParts;
  /** Places whose threads have not answered, and were ended. They are empty until it is known what is served then. */
  #cleared: ThreadPlace[] = [];
  #isTaken = false;

  /** Of the threads that serve now. */
  constructor(places: readonly ThreadPlace[], parts: ReloadParts) {
    this.#places = places;
    this.#asked = places.flatMap((place) => place.life?.isOpen ? { place, life: place.life } : []);
    this.#parts = parts;
  }

  /** Each sets it up. @throws ConfigurationError with what any has to say against it. */
  async prepare(request: ThreadRequests["prepare"]): Promise<void> {
    await inAll(this.#asked, (asked) => this.#prepareOne(asked, request));
  }

  /** New sessions of all get it. */
  async take(): Promise<void> {
    this.#isTaken = true;
    this.#parts.taken();
    this.#revive();
    for (const place of this.#places) {
      const isAsked = this.#asked.some(({ life }) => life === place.life);
      if (place.life?.isOpen && !isAsked) place.replace(false);
    }
    await Promise.all(this.#asked.map((asked) => this.#takeOne(asked)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isTaken) return;
    await Promise.allSettled(this.#asked.map(({ life }) => life.calls.ask("drop", {})));
    this.#revive();
  }

  async #prepareOne({ place, life }: Asked, request: ThreadRequests["prepare"]): Promise<void> {
    try {
      await life.calls.ask("prepare", request);
    } catch (error) {
      // One that dies now comes back with what is served then.
      if (!life.isOpen) return;
      if (!(error instanceof NoAnswer)) throw error;
      this.#complain(life, error);
      place.clear(true);
      this.#cleared.push(place);
    }
  }

  /** One that fails now, when others have taken it, starts anew with it. */
  async #takeOne({ place, life }: Asked): Promise<void> {
    if (!life.isOpen) return;
    try {
      await life.calls.ask("take", {});
    } catch (error) {
      if (!life.isOpen) return;
      this.#complain(life, error);
      place.replace(error instanceof NoAnswer);
    }
  }

  #revive(): void {
    for (const place of this.#cleared) place.revive();
    this.#cleared = [];
  }

  #complain({ thread }: ThreadLife, error: unknown): void {
    const why = problemsIn(error).join("; ");
    this.#parts.log.error(
      `a session thread cannot take up what was reloaded: ${why}; its sessions are lost, and it is started again`,
      { thread },
    );
  }
}
