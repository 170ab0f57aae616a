/**
 * One life of a guest, from its start to its end. Whatever it says may be a lie, come late, never, or a million times:
 * nothing of it does more than end this life.
 */
import type { Logger, LogLevel } from "../../contract/logger.ts";
import { Refusal } from "../../contract/refusal.ts";
import { Allowance, type Clock } from "./allowance.ts";
import type { Channel, OpenChannel } from "./channel.ts";
import { Denied, GuestError, unavailable } from "./errors.ts";
import { type GuestMessage, readGuestMessage, START, type StartRequest } from "./messages.ts";
import { type Asks, PendingCall } from "./pending_call.ts";
import type { Plain } from "./plain.ts";

/** What a life needs. */
export interface LifeSettings {
  /** Starts the thread or process. */
  readonly open: OpenChannel;
  /** The first question. */
  readonly start: StartRequest;
  /** Milliseconds for each answer. */
  readonly deadline: number;
  /** What may be asked apart from any call. */
  readonly asks: Asks;
  /** The plugin's own. */
  readonly log: Logger;
  /** Time. */
  readonly clock: Clock;
}

/** Milliseconds until a guest must be there: its modules may have to be read, and it may connect to somewhere. */
const LEAST_START = 30_000;
/** Calls at a time, and questions at a time of the guest. */
const MOST_CALLS = 10_000, MOST_ASKS = 1000;
/** Messages that are no answers: at once, and each second. A body of 50 MB takes 800. */
const MESSAGES = [20_000, 5000] as const;
/** Lines of the log. */
const LINES = [100, 10] as const;
/** Characters of an error. */
const LONGEST = 500;
/** Denials of one life that are told, each once. */
const MOST_DENIALS = 50;

/** A guest that lives, until it is ended. */
export class GuestLife {
  /** What it answered to the first question. */
  readonly started: Promise<Plain>;
  /** Resolves once it was ended, to whether it has ended, as far as can be known. */
  readonly ended: Promise<boolean>;
  readonly #settings: LifeSettings;
  readonly #finished: (reason: string) => void;
  readonly #closed = Promise.withResolvers<boolean>();
  readonly #calls = new Map<number, PendingCall>();
  readonly #messages: Allowance;
  readonly #lines: Allowance;
  readonly #denials = new Set<string>();
  readonly #channel: Channel;
  #asked = 0;
  #unheard = 0;
  #last = START;
  #end: string | undefined;

  /** @param finished Told once, unless it was `close` that ended it. */
  constructor(settings: LifeSettings, finished: (reason: string) => void) {
    this.#settings = settings;
    this.#finished = finished;
    this.ended = this.#closed.promise;
    this.#messages = new Allowance(...MESSAGES, settings.clock);
    this.#lines = new Allowance(...LINES, settings.clock);
    this.#channel = settings.open({
      received: (message) => this.#received(message),
      died: (reason) => this.#finish(`it ended: ${reason.slice(0, LONGEST)}`),
    });
    this.started = this.#call(START, "start", [settings.start], {}, Math.max(LEAST_START, settings.deadline));
  }

  /**
   * Asks.
   *
   * @param signal Nobody waits any more.
   * @param deadline Milliseconds; absent: as for each call.
   * @throws GuestError, or a Refusal when there is no answer.
   */
  async call(
    name: string,
    args: readonly unknown[],
    asks: Asks,
    signal?: AbortSignal,
    deadline: number = this.#settings.deadline,
  ): Promise<Plain> {
    if (this.#calls.size >= MOST_CALLS) throw unavailable("the plugin has too much to do");
    signal?.throwIfAborted();
    const id = ++this.#last;
    const answer = this.#call(id, name, args, asks, deadline);
    if (signal === undefined) return await answer;
    const abort = () => {
      if (this.#calls.has(id)) this.#channel.send({ do: "abort", id });
    };
    signal.addEventListener("abort", abort);
    return await answer.finally(() => signal.removeEventListener("abort", abort));
  }

  /** Ends it. Whoever waits is told. */
  close(reason: string): void {
    if (this.#end !== undefined) return;
    this.#end = reason;
    this.#closed.resolve(this.#channel.close());
    this.#tellUnheard();
    for (const allowance of [this.#messages, this.#lines]) allowance[Symbol.dispose]();
    for (const call of this.#calls.values()) call.reject(unavailable(reason));
    this.#calls.clear();
  }

  #call(id: number, name: string, args: readonly unknown[], asks: Asks, deadline: number): Promise<Plain> {
    if (this.#end !== undefined) return Promise.reject(unavailable(this.#end));
    const late = () => this.#finish(`"${name}" took longer than ${deadline} ms`);
    const call = new PendingCall(deadline, asks, late, this.#settings.clock);
    this.#calls.set(id, call);
    // Answered or not, an error that nobody waits for disturbs nobody.
    call.answer.catch(() => {});
    try {
      this.#channel.send({ do: "call", id, name, args });
    } catch (error) {
      this.#calls.delete(id);
      call.reject(error);
    }
    return call.answer;
  }

  #finish(reason: string): void {
    if (this.#end !== undefined) return;
    this.close(reason);
    this.#finished(reason);
  }

  #received(given: unknown): void {
    if (this.#end !== undefined) return;
    const message = readGuestMessage(given);
    if (message === undefined) return this.#finish("it said what no plugin says");
    if (message.say === "done" || message.say === "failed") {
      const call = this.#calls.get(message.id);
      if (call !== undefined) {
        this.#calls.delete(message.id);
        return settle(call, message);
      }
    }
    // Answers are counted by the questions; of all else there is an end.
    if (!this.#messages.take()) return this.#finish("it talks without end");
    switch (message.say) {
      case "ask":
        return this.#answer(message);
      case "log":
        return this.#write(message.level, message.message, message.fields);
      case "denied":
        return this.#deny(message.what);
      case "uncaught":
        return this.#finish(`it did not catch an error: ${message.error.slice(0, LONGEST)}`);
    }
  }

  #answer({ ask, call: id, name, args }: Extract<GuestMessage, { readonly say: "ask" }>): void {
    if (++this.#asked > MOST_ASKS) return this.#finish("it asks too much at once");
    const call = this.#calls.get(id);
    const asks = id === START ? this.#settings.asks : call?.asks ?? {};
    const answering = Object.hasOwn(asks, name) ? asks[name] : undefined;
    call?.pause();
    Promise.try(async () => {
      if (answering === undefined) throw new Denied(`${name}, which it has not`);
      return await answering(args);
    }).then(
      (value) => this.#channel.send({ do: "answer", ask, value }),
      (error: unknown) => this.#channel.send({ do: "answer", ask, error: this.#explain(name, error) }),
    ).finally(() => {
      this.#asked--;
      call?.resume();
    });
  }

  /** A guest learns why only where that is its business. */
  #explain(name: string, error: unknown): string {
    if (error instanceof Denied) {
      this.#deny(error.message);
      return error.message;
    }
    if (error instanceof Refusal) return error.message;
    this.#settings.log.warn("a question of the sandboxed plugin could not be answered", { question: name, error });
    return "this cannot be answered now";
  }

  #deny(what: string): void {
    const asked = what.slice(0, LONGEST);
    if (this.#denials.size >= MOST_DENIALS || this.#denials.has(asked)) return;
    this.#denials.add(asked);
    this.#settings.log.warn("the sandbox has denied something", { asked });
  }

  #write(level: LogLevel, message: string, fields: Plain): void {
    if (!this.#lines.take()) {
      this.#unheard++;
      return;
    }
    this.#tellUnheard();
    const isObject = typeof fields === "object" && fields !== null;
    this.#settings.log[level](message.slice(0, 2 * LONGEST), isObject ? { said: fields } : {});
  }

  #tellUnheard(): void {
    if (this.#unheard > 0) {
      this.#settings.log.warn("lines of the sandboxed plugin were left out", { lines: this.#unheard });
    }
    this.#unheard = 0;
  }
}

function settle(call: PendingCall, message: Extract<GuestMessage, { readonly say: "done" | "failed" }>): void {
  if (message.say === "done") return call.resolve(message.value);
  // One line: the text of a refusal may reach a client.
  const text = message.error.slice(0, LONGEST).replace(/\p{Cc}+/gu, " ");
  call.reject(message.refusal === undefined ? new GuestError(text) : new Refusal(message.refusal, text));
}
