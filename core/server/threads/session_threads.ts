/** The further threads of a server, as the first sees them: asked together. */
import type { AccountId } from "../../contract/identifiers.ts";
import type { Logger } from "../../contract/logger.ts";
import { systemClock, type WaitClock, Waits } from "../../wire/waits.ts";
import { ConfigurationError } from "../configuration_error.ts";
import type { Bound } from "../door.ts";
import type { Prepared } from "../sessions.ts";
import { NoAnswer } from "./calls.ts";
import { type SpawnThread, spawnThread } from "./spawn_thread.ts";
import type { InCommon, ThreadLife } from "./thread_life.ts";
import type { Served, ThreadRequests } from "./thread_messages.ts";
import { problemsIn, ThreadPlace } from "./thread_place.ts";

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
    await all(this.#places, (place) => place.start());
  }

  /** All listen. @throws ConfigurationError; it is then to be disposed of. */
  async open(addresses: readonly Bound[]): Promise<void> {
    await all(this.#places, (place) => place.open(addresses));
  }

  /** Sets up what new sessions of all are to get. @throws ConfigurationError; nothing has then changed in any. */
  async prepare(request: ThreadRequests["prepare"]): Promise<Prepared> {
    const places = this.#places.flatMap((place) => place.life?.isOpen ? { place, life: place.life } : []);
    const late: ThreadPlace[] = [];
    // As things are then.
    const revive = () => {
      for (const place of late.splice(0)) place.revive();
    };
    const drop = async () => {
      await Promise.allSettled(places.map(({ life }) => life.calls.ask("drop", {})));
      revive();
    };
    try {
      await all(places, async ({ place, life }) => {
        try {
          await life.calls.ask("prepare", request);
        } catch (error) {
          // One that dies now comes back with what is served then.
          if (!life.isOpen) return;
          if (!(error instanceof NoAnswer)) throw error;
          this.#complain(life, error);
          place.clear(true);
          late.push(place);
        }
      });
    } catch (error) {
      await drop();
      throw error;
    }
    let isTaken = false;
    return {
      take: async () => {
        isTaken = true;
        this.#served = request;
        revive();
        for (const place of this.#places) {
          const known = places.some(({ life }) => life === place.life);
          if (place.life?.isOpen && !known) place.replace(false);
        }
        await Promise.all(places.map(({ place, life }) => this.#take(place, life)));
      },
      [Symbol.asyncDispose]: async () => {
        if (!isTaken) await drop();
      },
    };
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

  /** One that fails now, when others have taken it, starts anew with it. */
  async #take(place: ThreadPlace, life: ThreadLife): Promise<void> {
    if (!life.isOpen) return;
    try {
      await life.calls.ask("take", {});
    } catch (error) {
      if (!life.isOpen) return;
      this.#complain(life, error);
      place.replace(error instanceof NoAnswer);
    }
  }

  #complain({ thread }: ThreadLife, error: unknown): void {
    const why = problemsIn(error).join("; ");
    this.#log.error(
      `a session thread cannot take up what was reloaded: ${why}; its sessions are lost, and it is started again`,
      { thread },
    );
  }
}

/** What went wrong in any, once all have answered. */
async function all<Asked>(asked: readonly Asked[], ask: (one: Asked) => Promise<unknown>): Promise<void> {
  const answers = await Promise.allSettled(asked.map(ask));
  const problems = answers.flatMap((answer) => answer.status === "rejected" ? problemsIn(answer.reason) : []);
  // What is wrong is mostly so in all.
  if (problems.length > 0) throw new ConfigurationError([...new Set(problems)]);
}
