/** The further threads of a server, as the first sees them: asked together, and each started again when it has died. */
import type { AccountId } from "../../contract/identifiers.ts";
import type { Logger } from "../../contract/logger.ts";
import { ConfigurationError } from "../configuration_error.ts";
import type { Bound } from "../door.ts";
import type { Prepared } from "../sessions.ts";
import { CallFailed } from "./calls.ts";
import { type InCommon, ThreadLife } from "./thread_life.ts";
import type { Served, ThreadRequests } from "./thread_messages.ts";

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
}

/** Waits after a death, milliseconds: the first, and the longest, after which life begins anew. */
const firstWait = 250, longestWait = 30_000;
/** Milliseconds that a thread has to hear that the time for draining is over, and to stop. */
const hearing = 5000, stopping = 15_000;

/** A thread's number, and what lives under it. */
interface Place {
  readonly thread: number;
  life: ThreadLife | undefined;
  wait: number;
  since: number;
  timer?: ReturnType<typeof setTimeout>;
}

/** Started one after the other; disposing of them ends them. */
export class SessionThreads implements AsyncDisposable {
  readonly #parts: ThreadsParts;
  readonly #places: readonly Place[];
  #served: Served;
  #addresses: readonly Bound[] = [];
  #isEnding = false;

  /** None is started yet. */
  constructor(parts: ThreadsParts, served: Served) {
    this.#parts = parts;
    this.#served = served;
    this.#places = Array.from({ length: parts.count }, (_, index) => {
      return { thread: index + 2, life: undefined, wait: firstWait, since: 0 };
    });
  }

  /** Starts all. @throws ConfigurationError; it is then to be disposed of. */
  async start(): Promise<void> {
    await this.#all(this.#places.map((place) => this.#begin(place)), (life) => life.start(this.#served));
  }

  /** All listen. @throws ConfigurationError; it is then to be disposed of. */
  async open(addresses: readonly Bound[]): Promise<void> {
    this.#addresses = addresses;
    await this.#all(this.#lives(), (life) => this.#open(life));
  }

  /** Sets up what new sessions of all are to get. @throws ConfigurationError; nothing has then changed in any. */
  async prepare(request: ThreadRequests["prepare"]): Promise<Prepared> {
    const lives = this.#lives().filter(({ isOpen }) => isOpen);
    const drop = async () => {
      await Promise.allSettled(lives.map(({ calls }) => calls.ask("drop", {})));
    };
    try {
      await this.#all(lives, async (life) => {
        // One that dies now comes back with what is served then.
        await life.calls.ask("prepare", request).catch((error) => life.isOpen && Promise.reject(error));
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
        const others = this.#lives().filter((life) => life.isOpen && !lives.includes(life));
        await Promise.all([...lives.map((life) => this.#take(life)), ...others.map((life) => this.#replace(life))]);
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
      timer = setTimeout(isLate.resolve, hearing);
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
    await Promise.all(
      this.#lives().map(async (life) => {
        const { promise, resolve } = Promise.withResolvers<void>();
        const timer = setTimeout(resolve, stopping);
        await Promise.race([promise, life.calls.ask("stop", {}).catch(() => {})]);
        clearTimeout(timer);
        life.end();
      }),
    );
  }

  #stopReviving(): void {
    this.#isEnding = true;
    for (const { timer } of this.#places) clearTimeout(timer);
  }

  #lives(): ThreadLife[] {
    return this.#places.flatMap(({ life }) => life ?? []);
  }

  #begin(place: Place): ThreadLife {
    place.since = performance.now();
    const life: ThreadLife = new ThreadLife(place.thread, this.#parts.common, {
      died: (reason) => this.#died(place, reason),
      secretsChanged: (account) => {
        this.#parts.secretsChanged(account);
        this.endSessions(account, life);
      },
    });
    return place.life = life;
  }

  async #open(life: ThreadLife): Promise<void> {
    await life.calls.ask("open", { addresses: this.#addresses });
    life.isOpen = true;
  }

  /** What went wrong in any, once all have answered. */
  async #all(lives: readonly ThreadLife[], ask: (life: ThreadLife) => Promise<unknown>): Promise<void> {
    const answers = await Promise.allSettled(lives.map(ask));
    const problems = answers.flatMap((answer) => answer.status === "rejected" ? problemsIn(answer.reason) : []);
    // What is wrong is mostly so in all.
    if (problems.length > 0) throw new ConfigurationError([...new Set(problems)]);
  }

  /** One that fails now, when others have taken it, starts anew with it. */
  async #take(life: ThreadLife): Promise<void> {
    try {
      await life.calls.ask("take", {});
    } catch (error) {
      this.#parts.log.error("a session thread is started again: it cannot take up what was reloaded", { error });
      this.#replace(life);
    }
  }

  #replace(life: ThreadLife): void {
    const place = this.#places.find((place) => place.life === life);
    if (place === undefined) return;
    life.end();
    place.life = undefined;
    this.#revive(place);
  }

  #died(place: Place, reason: string): void {
    place.life = undefined;
    // Whoever starts or opens the first ones is told.
    if (this.#isEnding || this.#addresses.length === 0) return;
    if (performance.now() - place.since > longestWait) place.wait = firstWait;
    const { thread, wait } = place;
    this.#parts.log.error(`a session thread has died: ${reason}; it is started again`, { thread, wait });
    place.wait = Math.min(2 * wait, longestWait);
    place.timer = setTimeout(() => this.#revive(place), wait);
  }

  /** Never rejects. */
  async #revive(place: Place): Promise<void> {
    const served = this.#served;
    const life = this.#begin(place);
    try {
      await life.start(served);
      if (this.#isEnding) return;
      await this.#open(life);
      this.#parts.log.info("a session thread is there again", { thread: place.thread });
      // Reloaded meanwhile.
      if (served !== this.#served) this.#replace(life);
    } catch (error) {
      if (place.life !== life) return;
      life.end();
      this.#died(place, problemsIn(error).join("; "));
    }
  }
}

function problemsIn(error: unknown): readonly string[] {
  return error instanceof CallFailed ? error.problems : [error instanceof Error ? error.message : String(error)];
}
