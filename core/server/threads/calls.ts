/** Calls between two threads: each asks the other, and answers. No answer is waited for without end. */
import { DeadlineExceeded } from "../../wire/errors.ts";
import type { Waits } from "../../wire/waits.ts";

/** What messages go through: a worker, or what a worker sees of itself. */
export interface Port {
  /** Sends. */
  postMessage(message: unknown, transfer?: readonly object[]): void;
  /** Receives. */
  addEventListener(type: "message", listener: (event: Event) => void): void;
}

/** Does what is asked, under its name. */
export type Handlers<Requests, Answers extends Record<keyof Requests, unknown>> = {
  readonly [Name in keyof Requests]: (request: Requests[Name]) => Answers[Name] | Promise<Answers[Name]>;
};

/** What keeps a call from being answered, as lines for the operator. */
export class CallFailed extends Error {
  override readonly name = "CallFailed";
  /** Complete lines. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.problems = problems;
  }
}

/** The other end has not answered in time. It may do so later, which nobody hears. */
export class NoAnswer extends CallFailed {}

/** Milliseconds for an answer: plugins may have to be loaded and to connect to somewhere, for which they have a while. */
const PATIENCE = 120_000;

type Message =
  /** Without an id: nobody waits for the answer. */
  | { readonly name: string; readonly request: unknown; readonly id?: number }
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly problems: readonly string[] };

/** One end: asks by `Requests`, and answers `Asked`. */
export class Calls<Requests, Answers extends Record<keyof Requests, unknown>> {
  readonly #port: Port;
  readonly #handlers: ReadonlyMap<string, (request: unknown) => unknown>;
  readonly #problemsOf: (error: unknown) => readonly string[];
  readonly #waits: Waits;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #last = 0;
  #isOver = false;

  /** @param problemsOf What the other thread is told of an error. @param waits For answers. */
  constructor(port: Port, handlers: object, problemsOf: (error: unknown) => readonly string[], waits: Waits) {
    this.#port = port;
    this.#waits = waits;
    this.#handlers = new Map(Object.entries(handlers));
    this.#problemsOf = problemsOf;
    // Each end is of one program: what comes is what the types say.
    port.addEventListener("message", (event) => event instanceof MessageEvent && this.#take(event.data as Message));
  }

  /** Asks. @throws CallFailed, also when the other end is lost; NoAnswer. */
  async ask<Name extends keyof Requests & string>(
    name: Name,
    request: Requests[Name],
    transfer: readonly MessagePort[] = [],
  ): Promise<Answers[Name]> {
    if (this.#isOver) throw lost();
    const id = ++this.#last;
    const waiting = Promise.withResolvers<unknown>();
    this.#waiting.set(id, waiting);
    this.#port.postMessage({ name, request, id }, transfer);
    try {
      // The other end answers each request with what belongs to its name.
      return await this.#waits.within(waiting.promise, PATIENCE) as Answers[Name];
    } catch (error) {
      if (!(error instanceof DeadlineExceeded)) throw error;
      this.#waiting.delete(id);
      throw new NoAnswer([`there was no answer to "${name}" within ${PATIENCE / 1000} s`]);
    }
  }

  /** Asks for what needs no answer. */
  tell<Name extends keyof Requests & string>(name: Name, request: Requests[Name]): void {
    if (!this.#isOver) this.#port.postMessage({ name, request }, []);
  }

  /** The other end is gone: whoever waits is told, and nothing is taken any more. */
  end(): void {
    this.#isOver = true;
    for (const { reject } of this.#waiting.values()) reject(lost());
    this.#waiting.clear();
  }

  #take(message: Message): void {
    if (this.#isOver) return;
    if ("name" in message) return void this.#answer(message.name, message.request, message.id);
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if ("answer" in message) waiting?.resolve(message.answer);
    else waiting?.reject(new CallFailed(message.problems));
  }

  async #answer(name: string, request: unknown, id: number | undefined): Promise<void> {
    let answer: unknown, problems: readonly string[] | undefined;
    try {
      const given = this.#handlers.get(name)?.(request);
      answer = given instanceof Promise ? await given : given;
    } catch (error) {
      problems = this.#problemsOf(error);
    }
    if (id === undefined || this.#isOver) return;
    this.#port.postMessage(problems === undefined ? { id, answer } : { id, problems }, []);
  }
}

function lost(): CallFailed {
  return new CallFailed(["the thread has ended"]);
}
