/**
 * Long work of a command: others get their turn, and the client is told from time to time how far it is (RFC 9585), so
 * that it neither gives up nor thinks the connection dead.
 */
import type { Session } from "./session.ts";
import { Turns } from "../../../core/wire/turns.ts";

/** How often it is told, milliseconds. RFC 9585 §4: every 10 to 15 seconds. */
const INTERVAL = 10_000;

/** Work that may be long. */
export interface Work {
  /** Whether `pause` has anything to do: where waiting for nothing would cost more than the work. */
  readonly isDue: boolean;
  /** So much more there is to do than was known. */
  expect(count: number): void;
  /** So much more is done. */
  did(count: number): void;
  /** Lets others in, when it is time. */
  pause(): Promise<void>;
}

/** Work of which the client is told nothing: it waits for no command. */
export class QuietWork implements Work {
  readonly #turns = new Turns();

  /** As that of all work. */
  get isDue(): boolean {
    return this.#turns.isDue;
  }

  /** Nobody wants to know. */
  expect(): void {}

  /** The same. */
  did(): void {}

  /** Lets others in, when it is time. */
  async pause(): Promise<void> {
    await this.#turns.take();
  }
}

/** Counts what is done of a command's work. */
export class LongWork implements Work {
  readonly #session: Session;
  readonly #turns = new Turns();
  #toldAt: number;
  readonly #knowsGoal: boolean;
  #done = 0;
  #goal = 0;

  /** Begins now. @param knowsGoal Whether what is expected at first is all that there is to do. */
  constructor(session: Session, knowsGoal = true) {
    this.#session = session;
    this.#knowsGoal = knowsGoal;
    this.#toldAt = session.service.context.now().getTime();
  }

  /** So much more there is to do than was known. */
  expect(count: number): void {
    this.#goal += count;
  }

  /** So much more is done. */
  did(count: number): void {
    this.#done += count;
  }

  /** As that of all work. */
  get isDue(): boolean {
    return this.#turns.isDue;
  }

  /** Lets others in and tells the client, when it is time for either. */
  async pause(): Promise<void> {
    if (!this.#turns.isDue) return;
    await this.#turns.take();
    const now = this.#session.service.context.now().getTime();
    if (now - this.#toldAt < INTERVAL) return;
    this.#toldAt = now;
    this.#session.untagged(`OK [INPROGRESS (${this.#tag} ${this.#state})] Still at work`);
    await this.#session.connection.writer.flush();
  }

  /** RFC 9585 §4: NIL where the tag would end the response code. */
  get #tag(): string {
    const { tag } = this.#session;
    return tag.includes("]") ? "NIL" : `"${tag}"`;
  }

  /** RFC 9585 §4: the goal does not change, and is greater than what is done: who has reached it replies. */
  get #state(): string {
    if (!this.#knowsGoal || this.#goal === 0) return `${this.#done} NIL`;
    return `${Math.min(this.#done, this.#goal - 1)} ${this.#goal}`;
  }
}
