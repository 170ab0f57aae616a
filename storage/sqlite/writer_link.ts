/** The session thread's end of the writer: starts its thread when it is first needed, and again when it has died. */
import type { Logger } from "../../core/contract/logger.ts";
import { Refusal } from "../../core/contract/refusal.ts";
import { messageOf } from "../../core/wire/error_message.ts";
import { DeadlineExceeded } from "../../core/wire/errors.ts";
import { systemClock, type WaitClock, Waits } from "../../core/wire/waits.ts";
import type {
  Failure,
  News,
  NumberedAnswer,
  NumberedRequest,
  WriterAnswers,
  WriterRequests,
} from "./writer_messages.ts";
import { WriteFailures } from "./write_failures.ts";
import { type SpawnWriter, type WriterListener, writerSpawner, type WriterThread } from "./writer_thread.ts";

/** What a link needs to know. */
export interface WriterSettings {
  /** The database. */
  readonly file: string;
  /** Octets that it may grow to; undefined: the disk's size. */
  readonly largest?: number | undefined;
  /** How long another process's writes are waited for, milliseconds. */
  readonly busyTimeout?: number;
  /** Whether texts are indexed for search; default they are. */
  readonly fullText?: boolean;
  /** Where the operator reads of failures. */
  readonly log: Logger;
  /** The time. */
  readonly now: () => Date;
  /** Starts a writer; absent: as the permissions allow. */
  readonly spawn?: SpawnWriter;
  /** For waits and rests; absent: as time goes by. */
  readonly clock?: WaitClock;
}

/** What a link is for besides requests. */
export interface LinkListener {
  /** Another thread of the program has committed something. */
  heard(news: News): void;
  /** There is no writer any more, for any thread. */
  died(reason: string): void;
}

/** Waits after a death, milliseconds: the first, and the longest. */
const firstWait = 250, longestWait = 30_000;
/** Milliseconds that an answer is waited for: most clients have no more patience, and a disk that works needs less. */
const PATIENCE = 60_000;

interface Waiting {
  readonly name: keyof WriterRequests;
  readonly resolve: (answer: WriterAnswers[keyof WriterAnswers]) => void;
  readonly reject: (reason: Error) => void;
}

interface Running {
  readonly thread: WriterThread;
  readonly waiting: Map<number, Waiting>;
  /** The writer's number, when it has opened the database. */
  readonly session: Promise<number>;
  /**
   * Whether it has left somebody without an answer, and has given none since: nobody waits for it then. There is no other
   * one meanwhile: this one may hold the database in the middle of a transaction, and no thread is ended while the disk
   * does not answer it.
   */
  isSilent: boolean;
}

/** Asks the writer, one request after another, and settles what it answers. */
export class WriterLink {
  readonly #settings: WriterSettings;
  readonly #listener: LinkListener;
  readonly #waits: Waits;
  readonly #failures: WriteFailures;
  #spawn: SpawnWriter | undefined;
  #running: Running | undefined;
  #lastId = 0;
  #wait = firstWait;
  #notBefore = 0;

  /** Starts nothing yet: a command that only reads needs no writer. */
  constructor(settings: WriterSettings, listener: LinkListener) {
    this.#settings = settings;
    this.#listener = listener;
    const { file, log, clock = systemClock } = settings;
    this.#waits = new Waits(undefined, clock);
    this.#failures = new WriteFailures(file, log, () => clock.now());
  }

  /** Lets another thread ask the writer too. @throws Refusal `unavailable`. */
  join(thread: number, port: MessagePort): void {
    this.#start().thread.join(thread, port);
  }

  /** That thread asks no more. */
  leave(thread: number): void {
    this.#running?.thread.leave(thread);
  }

  /** The number of the running writer. @throws Refusal `unavailable`. */
  async session(): Promise<number> {
    const running = this.#start();
    return await this.#inTime(running, running.session);
  }

  /**
   * Requests are done in the order in which they are asked.
   *
   * @param late Is told of an answer that comes when nobody waits for it any more.
   * @throws Refusal; `unavailable` also when the writer dies or does not answer, and the request may then be done all the same.
   */
  async request<Name extends keyof WriterRequests>(
    name: Name,
    request: WriterRequests[Name],
    late?: (answer: WriterAnswers[Name]) => void,
  ): Promise<WriterAnswers[Name]> {
    const running = this.#start();
    await this.#inTime(running, running.session);
    if (this.#running !== running) throw unavailable("the writer has died");
    return await this.#inTime(running, this.#ask(running, name, request), late);
  }

  /** After what has been asked is done. */
  async close(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    if (running !== undefined) {
      try {
        await this.#inTime(running, running.session);
        await this.#inTime(running, this.#ask(running, "close", {}));
      } catch {
        // It is gone already, and with it what it held; or it does not answer.
      }
      running.thread.terminate();
    }
    this.#waits[Symbol.dispose]();
  }

  #start(): Running {
    if (this.#running?.isSilent) throw unavailable("the writer does not answer");
    if (this.#running !== undefined) return this.#running;
    // No longer than the longest wait, also where the clock was set back meanwhile.
    const left = this.#notBefore - this.#settings.now().getTime();
    if (left > 0 && left <= longestWait) throw unavailable("the writer is being restarted");
    const waiting: Running["waiting"] = new Map();
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const thread = this.#spawned({
      answered: (answer) => this.#settle(running, answer),
      heard: (news) => this.#listener.heard(news),
      died: (reason) => this.#died(running, reason),
    });
    const running: Running = { thread, waiting, session: promise, isSilent: false };
    this.#running = running;
    const { file, largest, busyTimeout, fullText = true } = this.#settings;
    this.#ask(running, "open", { file, largest, busyTimeout, fullText }).then(
      ({ session }) => resolve(session),
      (error) => {
        reject(error);
        this.#died(running, error.cause ?? error.message);
      },
    );
    // Whoever asked is told; without anyone, the failure is in the log.
    promise.catch(() => {});
    return running;
  }

  /** @throws Refusal where there can be no further thread. */
  #spawned(listener: WriterListener): WriterThread {
    this.#spawn ??= this.#settings.spawn ?? writerSpawner(this.#settings.log);
    try {
      return this.#spawn(listener);
    } catch (error) {
      const reason = messageOf(error);
      this.#later(`the writer of ${this.#settings.file} cannot be started: ${reason}; it is tried again`);
      throw unavailable("the writer cannot be started");
    }
  }

  async #ask<Name extends keyof WriterRequests>(
    { thread, waiting }: Running,
    name: Name,
    request: WriterRequests[Name],
  ): Promise<WriterAnswers[Name]> {
    const id = ++this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<WriterAnswers[keyof WriterAnswers]>();
    waiting.set(id, { name, resolve, reject });
    // A request and its name belong together, which TypeScript cannot see of a type parameter.
    thread.send({ id, name, request } as NumberedRequest);
    // The writer answers each request with what belongs to its name.
    return await promise as WriterAnswers[Name];
  }

  /** What it answers may be done all the same: who tries again may store a message twice, and nobody loses one. */
  async #inTime<Answer>(
    running: Running,
    answer: Promise<Answer>,
    late: (answer: Answer) => void = () => {},
  ): Promise<Answer> {
    try {
      return await this.#waits.within(answer, PATIENCE);
    } catch (error) {
      if (!(error instanceof DeadlineExceeded)) throw error;
      this.#isNotAnswered(running);
      answer.then(late, () => {});
      throw unavailable("the writer does not answer");
    }
  }

  #isNotAnswered(running: Running): void {
    if (running.isSilent) return;
    running.isSilent = true;
    this.#settings.log.error(
      `${this.#settings.file}: the writer has not answered for a minute; until it does clients are told to come again: ` +
        "see whether the disk works, and if it does, restart the server",
    );
  }

  #settle(running: Running, message: NumberedAnswer): void {
    const { waiting } = running;
    if (running.isSilent) this.#settings.log.info(`${this.#settings.file}: the writer answers again`);
    running.isSilent = false;
    const asked = waiting.get(message.id);
    waiting.delete(message.id);
    if ("failure" in message) {
      const { kind, cause } = message.failure;
      // What has no cause is about one body alone.
      if (kind === "unavailable" && cause !== undefined) this.#failures.failed(asked?.name, cause);
      asked?.reject(errorOf(message.failure));
    } else {
      // Only that: on a full disk the first octets of a long body may have room, and taking them away has.
      if (asked?.name === "commit") {
        this.#wait = firstWait;
        this.#failures.worked();
      }
      asked?.resolve(message.answer);
    }
  }

  /** No other one is started for a while, longer each time. */
  #later(message: string): void {
    const wait = this.#wait;
    this.#notBefore = this.#settings.now().getTime() + wait;
    this.#settings.log.error(message, { wait });
    this.#wait = Math.min(2 * wait, longestWait);
  }

  #died(running: Running, reason: string): void {
    if (this.#running !== running) return;
    this.#running = undefined;
    this.#later(`the writer of ${this.#settings.file} has died: ${reason}; it is started again`);
    running.thread.terminate();
    // What it was doing may have been committed: who tries again may store a message twice, and nobody loses one.
    for (const { reject } of running.waiting.values()) reject(unavailable("the writer has died"));
    running.waiting.clear();
    this.#listener.died(reason);
  }
}

/** What came over from the writer as an error of this thread. */
export function errorOf({ kind, text, cause }: Failure): Error {
  return kind === undefined ? new Error(`storage: ${text}`) : new Refusal(kind, text, { cause });
}

function unavailable(cause: string): Refusal {
  return new Refusal("unavailable", "mail cannot be stored for now", { cause });
}
