/** The further threads of a server, as the first sees them: asked together. */
import type { AccountId } from "../../contract/identifiers.ts";
import type { Logger } from "../../contract/logger.ts";
import { systemClock, type WaitClock, Waits } from "../../wire/waits.ts";
import type { Bound } from "../door.ts";
import type { Prepared } from "../sessions.ts";
import { type SpawnThread, spawnThread } from "./spawn_thread.ts";
import type { InCommon, ThreadLife } from "./thread_life.ts";
import type { Served, ThreadRequests } from "./thread_messages.ts";
import { ThreadPlace } from "./thread_place.ts";
import { inAll } from "./thread_problems.ts";
import { ThreadReload } from "./thread_reload.ts";

/** What they are made of. */
export interface ThreadsParts {
  /** How many there are besides the first. */
  readonly count: number;
  /** What all have in common. */
  readonly common: InCommon;
  /** Told of accounts whose secrets were changed in another thread than the first. */
  readonly secretsChanged: (account: AccountId) => void;
  /** For the operator. */
  readonly log: Logger;
  /** Starts one; absent: of this program. */
  readonly spawn?: SpawnThread;
  /** The time, for answers; absent: as it is. */
  readonly clock?: WaitClock;
}

/** Milliseconds that a thread has to hear that the time for draining is over. */
const HEARING = 5000;

/** Started one after the other; disposing of them ends them. */
export class SessionThreads implements AsyncDisposable {
  readonly #log: Logger;
  readonly #waits: Waits;
  readonly #places: readonly ThreadPlace[];
  #served: Served;

  /** None is started yet. */
  constructor(parts: ThreadsParts, served: Served) {
    const { count, common, secretsChanged, log, spawn = spawnThread, clock = systemClock } = parts;
    this.#log = log;
    this.#waits = new Waits(undefined, clock);
    this.#served = served;
    const places = {
      ...{ common, spawn, log, clock, waits: this.#waits },
      served: () => this.#served,
      secretsChanged: (account: AccountId, by: ThreadLife) => {
        secretsChanged(account);
        this.endSessions(account, by);
      },
    };
    this.#places = Array.from({ length: count }, (_, index) => new ThreadPlace(index + 2, places));
  }

  /** Starts all. @throws ConfigurationError; it is then to be disposed of. */
  async start(): Promise<void> {
    await inAll(this.#places, (place) => place.start());
  }

  /** All listen. @throws ConfigurationError; it is then to be disposed of. */
  async open(addresses: readonly Bound[]): Promise<void> {
    await inAll(this.#places, (place) => place.open(addresses));
  }

  /** Sets up what new sessions of all are to get. @throws ConfigurationError; nothing has then changed in any. */
  async prepare(request: ThreadRequests["prepare"]): Promise<Prepared> {
    await using undo = new AsyncDisposableStack();
    const taken = () => {
      this.#served = request;
    };
    const reload = undo.use(new ThreadReload(this.#places, { taken, log: this.#log }));
    await reload.prepare(request);
    undo.move();
    return reload;
  }

  /** Secrets of an account were changed: its sessions in all threads end, but in the one that has changed them. */
  endSessions(account: AccountId, by?: ThreadLife): void {
    for (const life of this.#lives()) if (life !== by) life.calls.tell("endSessions", { account });
  }

  /** Accept nobody any more; sessions and plugins of all finish, or break off when the signal aborts. */
  async drain(deadline: AbortSignal): Promise<void> {
    this.#stopReviving();
    const lives = this.#lives();
    const isLate = Promise.withResolvers<void>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const hurry = () => {
      for (const { calls } of lives) calls.tell("hurry", {});
      timer = setTimeout(isLate.resolve, HEARING);
    };
    if (deadline.aborted) hurry();
    else deadline.addEventListener("abort", hurry, { once: true });
    await Promise.race([isLate.promise, Promise.allSettled(lives.map(({ calls }) => calls.ask("drain", {})))]);
    deadline.removeEventListener("abort", hurry);
    clearTimeout(timer);
  }

  /** Ends all, and breaks off what has not been drained. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopReviving();
    await Promise.all(this.#places.map((place) => place[Symbol.asyncDispose]()));
    this.#waits[Symbol.dispose]();
  }

  #stopReviving(): void {
    for (const place of this.#places) place.stopReviving();
  }

  #lives(): ThreadLife[] {
    return this.#places.flatMap(({ life }) => life ?? []);
  }
}
