/** The session thread's end of the writer: starts its thread when it is first needed, and again when it has died. */
import type { Logger } from "../../core/contract/logger.ts";
import { Refusal } from "../../core/contract/refusal.ts";
import type { Failure, NumberedAnswer, WriterAnswers, WriterRequests } from "./writer_messages.ts";

/** What a link needs to know. */
export interface WriterSettings {
  /** The database. */
  readonly file: string;
  /** Octets that it may grow to; undefined: the disk's size. */
  readonly largest?: number | undefined;
  /** How long another process's writes are waited for, milliseconds. */
  readonly busyTimeout?: number;
  /** Where the operator reads of failures. */
  readonly log: Logger;
  /** The time. */
  readonly now: () => Date;
  /** Starts the thread; tests let it die. */
  readonly spawn?: () => Worker;
}

/** Waits after a death, milliseconds: the first, and the longest. */
const firstWait = 250, longestWait = 30_000;

interface Waiting {
  readonly resolve: (answer: WriterAnswers[keyof WriterAnswers]) => void;
  readonly reject: (reason: Error) => void;
}

interface Running {
  readonly worker: Worker;
  readonly waiting: Map<number, Waiting>;
  /** The writer's number, when it has opened the database. */
  readonly session: Promise<number>;
}

/** Asks the writer, one request after another, and settles what it answers. */
export class WriterLink {
  readonly #settings: WriterSettings;
  #running: Running | undefined;
  #lastId = 0;
  #wait = firstWait;
  #notBefore = 0;
  #isFailing = false;

  /** Starts nothing yet: a command that only reads needs no writer. */
  constructor(settings: WriterSettings) {
    this.#settings = settings;
  }

  /** The number of the running writer. @throws Refusal `unavailable`. */
  async session(): Promise<number> {
    return await this.#start().session;
  }

  /** Requests are done in the order in which they are asked. @throws Refusal; `unavailable` also when the writer dies. */
  async request<Name extends keyof WriterRequests>(
    name: Name,
    request: WriterRequests[Name],
    transfer: Transferable[] = [],
  ): Promise<WriterAnswers[Name]> {
    const running = this.#start();
    await running.session;
    if (this.#running !== running) throw unavailable("the writer has died");
    return await this.#ask(running, name, request, transfer);
  }

  /** After what has been asked is done. */
  async close(): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    try {
      await running.session;
      await this.#ask(running, "close", {}, []);
    } catch {
      // It is gone already, and with it what it held.
    }
    running.worker.terminate();
  }

  #start(): Running {
    if (this.#running !== undefined) return this.#running;
    if (this.#settings.now().getTime() < this.#notBefore) throw unavailable("the writer is being restarted");
    const worker = (this.#settings.spawn ?? spawnWriter)();
    const waiting: Running["waiting"] = new Map();
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const running = { worker, waiting, session: promise };
    worker.addEventListener("message", (event: MessageEvent<NumberedAnswer>) => this.#settle(running, event.data));
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.#died(running, event.message);
    });
    worker.addEventListener("messageerror", () => this.#died(running, "a message could not be read"));
    this.#running = running;
    const { file, largest, busyTimeout } = this.#settings;
    this.#ask(running, "open", { file, largest, busyTimeout }, []).then(
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

  async #ask<Name extends keyof WriterRequests>(
    { worker, waiting }: Running,
    name: Name,
    request: WriterRequests[Name],
    transfer: Transferable[],
  ): Promise<WriterAnswers[Name]> {
    const id = ++this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<WriterAnswers[keyof WriterAnswers]>();
    waiting.set(id, { resolve, reject });
    worker.postMessage({ id, name, request }, transfer);
    // The writer answers each request with what belongs to its name.
    return await promise as WriterAnswers[Name];
  }

  #settle({ waiting }: Running, message: NumberedAnswer): void {
    const asked = waiting.get(message.id);
    waiting.delete(message.id);
    if ("failure" in message) {
      if (message.failure.kind === "unavailable") this.#failed(message.failure);
      asked?.reject(errorOf(message.failure));
    } else {
      this.#works();
      asked?.resolve(message.answer);
    }
  }

  /** Says once that writing fails, and once that it works again. */
  #failed({ cause }: Failure): void {
    if (!this.#isFailing) {
      this.#settings.log.error(
        `${this.#settings.file}: cannot be written: ${cause}; clients are told to come again, see that there is room ` +
          "and that no other program holds the file",
      );
    }
    this.#isFailing = true;
  }

  #works(): void {
    this.#wait = firstWait;
    if (!this.#isFailing) return;
    this.#isFailing = false;
    this.#settings.log.info(`${this.#settings.file}: can be written again`);
  }

  #died(running: Running, reason: string): void {
    if (this.#running !== running) return;
    this.#running = undefined;
    this.#notBefore = this.#settings.now().getTime() + this.#wait;
    this.#settings.log.error(`the writer of ${this.#settings.file} has died: ${reason}; it is started again`, {
      wait: this.#wait,
    });
    this.#wait = Math.min(2 * this.#wait, longestWait);
    running.worker.terminate();
    for (const { reject } of running.waiting.values()) reject(unavailable("the writer has died"));
    running.waiting.clear();
  }
}

function spawnWriter(): Worker {
  return new Worker(new URL("./writer_worker.ts", import.meta.url), { type: "module", name: "sqlite writer" });
}

/** What came over from the writer as an error of this thread. */
export function errorOf({ kind, text, cause }: Failure): Error {
  return kind === undefined ? new Error(`storage: ${text}`) : new Refusal(kind, text, { cause });
}

function unavailable(cause: string): Refusal {
  return new Refusal("unavailable", "mail cannot be stored for now", { cause });
}
