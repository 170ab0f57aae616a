/**
 * The server's end of a sandbox: one guest at a time, started anew when it has failed, after a while and not for ever.
 * While there is none, whoever asks is told so at once.
 */
import type { Logger } from "../../contract/logger.ts";
import { endsWithin } from "../../wire/in_time.ts";
import type { Clock } from "./allowance.ts";
import type { OpenChannel } from "./channel.ts";
import { unavailable } from "./errors.ts";
import { GuestLife } from "./guest_life.ts";
import type { StartRequest } from "./messages.ts";
import type { Asks } from "./pending_call.ts";
import type { Plain } from "./plain.ts";

/** What a sandbox is made of. */
export interface SandboxSettings {
  /** Starts a guest. */
  readonly open: OpenChannel;
  /** What each guest is told first. */
  readonly start: StartRequest;
  /** Milliseconds for each answer. */
  readonly deadline: number;
  /** How often a guest is started anew in an hour. */
  readonly restarts: number;
  /** What the plugin may ask apart from any call. */
  readonly asks?: Asks;
  /** The plugin's own. */
  readonly log: Logger;
  /** Time; absent: the machine's. */
  readonly clock?: Clock;
}

/** Milliseconds: the first wait after a failure, which doubles with each that follows, and the longest. */
const FIRST_WAIT = 250, LONGEST_WAIT = 60_000;
const HOUR = 3_600_000;
/** Milliseconds that a plugin has to let go of everything. */
const FAREWELL = 3000;
/** Guests that may go on after their end, each with a core of the machine's: after so many no other is started. */
const MOST_LEFT = 4;

/** A sandboxed plugin. */
export class Sandbox {
  readonly #settings: SandboxSettings;
  readonly #clock: Clock;
  /** When guests were started anew, within the last hour. */
  #restarts: number[] = [];
  /** Failures since the last answer. */
  #failures = 0;
  #notBefore = 0;
  #life: GuestLife | undefined;
  /** Guests that have not ended yet. */
  readonly #lives = new Set<Promise<void>>();
  /** How many of them could not be seen to end. */
  #left = 0;
  #isUp = false;
  #isOver = false;
  #isExhausted = false;

  /** One without a guest: call `start`. */
  constructor(settings: SandboxSettings) {
    this.#settings = settings;
    this.#clock = settings.clock ?? (() => performance.now());
  }

  /** Starts the first guest: what the plugin says of itself. @throws when it cannot be started. */
  async start(): Promise<Plain> {
    const life = this.#begin();
    try {
      const said = await life.started;
      this.#isUp = true;
      return said;
    } catch (error) {
      this.#life = undefined;
      life.close("it could not be started");
      throw error instanceof Error && error.cause instanceof Error ? error.cause : error;
    }
  }

  /**
   * Asks the plugin.
   *
   * @param signal Aborts when nobody waits any more.
   * @throws GuestError where the plugin throws, Refusal `unavailable` where it does not answer or is not there.
   */
  async call(name: string, args: readonly unknown[], asks?: Asks, signal?: AbortSignal): Promise<Plain> {
    const life = this.#life ?? this.#restart();
    // The answer is what the representative learned from the first guest; all that counts is that it is there.
    if (this.#failures > 0) await life.started;
    const answer = await life.call(name, args, asks ?? {}, signal);
    this.#failures = 0;
    return answer;
  }

  /** Asks for what nobody waits for, if there is a guest. */
  tell(name: string, args: readonly unknown[]): void {
    this.#life?.call(name, args, {}).catch(() => {});
  }

  /** Lets it finish its work; the signal ends the wait, not the guest. */
  async drain(deadline: AbortSignal): Promise<void> {
    await this.#life?.call("drain", [], {}, deadline, Infinity);
  }

  /** Says goodbye, and ends the guest. */
  async stop(): Promise<void> {
    this.#isOver = true;
    if (this.#life !== undefined) await this.#end(this.#life);
    await Promise.all(this.#lives);
  }

  async #end(life: GuestLife): Promise<void> {
    try {
      await endsWithin(life.call("stop", [], {}), FAREWELL);
    } catch (error) {
      this.#settings.log.warn("the sandboxed plugin did not stop as it should", { error });
    } finally {
      life.close("the server does without it now");
      this.#life = undefined;
    }
  }

  #begin(): GuestLife {
    const { open, start, deadline, asks = {}, log } = this.#settings;
    const settings = { open, start, deadline, asks, log, clock: this.#clock };
    const life = this.#life = new GuestLife(settings, (reason) => this.#ended(reason));
    const ended = life.ended.then((hasEnded) => {
      this.#lives.delete(ended);
      if (!hasEnded) this.#countLeft();
    });
    this.#lives.add(ended);
    return life;
  }

  #countLeft(): void {
    this.#left++;
    const { log } = this.#settings;
    const counts = { left: this.#left, most: MOST_LEFT };
    log.error(
      "a thread of the sandboxed plugin does not hear that it was ended: it may go on, and take a core",
      counts,
    );
    if (this.#left < MOST_LEFT) return;
    log.error(
      "the sandboxed plugin is left alone until the server is started again: only a process can be ended",
      counts,
    );
  }

  #restart(): GuestLife {
    if (this.#isOver) throw unavailable("the sandbox is closed");
    if (this.#left >= MOST_LEFT) throw unavailable("the sandboxed plugin has left too many threads behind");
    const now = this.#clock();
    if (now < this.#notBefore) throw unavailable("the sandboxed plugin has failed, and is started anew in a while");
    this.#restarts = this.#restarts.filter((at) => now - at < HOUR);
    const { restarts, log } = this.#settings;
    if (this.#restarts.length >= restarts) {
      if (!this.#isExhausted) {
        log.error("the sandboxed plugin has failed too often: it is left alone for an hour", { restarts });
      }
      this.#isExhausted = true;
      throw unavailable("the sandboxed plugin has failed too often");
    }
    this.#isExhausted = false;
    this.#restarts.push(now);
    log.info("the sandboxed plugin is started anew", { restart: this.#restarts.length, of: restarts });
    try {
      const life = this.#begin();
      life.started.catch((error: unknown) => {
        // It lives, but could not be set up.
        if (this.#life === life) {
          life.close("it could not be set up");
          this.#ended(String(error));
        }
      });
      return life;
    } catch (error) {
      this.#ended(String(error));
      throw unavailable("the sandboxed plugin cannot be started");
    }
  }

  #ended(reason: string): void {
    this.#life = undefined;
    // Whoever starts the first one is told by an error.
    if (!this.#isUp) return;
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.#failures++);
    this.#notBefore = this.#clock() + wait;
    this.#settings.log.error("the sandboxed plugin was ended", { reason, wait });
  }
}
