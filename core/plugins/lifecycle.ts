/**
 * The lives of plugins: set up in order, drained and stopped in reverse. Nothing that a plugin does wrong keeps another
 * from being stopped, and no wait is without end.
 */
import { messageOf } from "../wire/error_message.ts";
import type { Lifecycle } from "../contract/plugin.ts";
import type { Logger } from "../contract/logger.ts";
import { inTime, unlessAborted } from "../wire/in_time.ts";

/** How long a plugin may take, in milliseconds. */
export interface LifecycleLimits {
  /** To be set up: a storage may migrate its database. */
  readonly setup: number;
  /** To let go of everything. */
  readonly stop: number;
}

const usualLimits: LifecycleLimits = { setup: 300_000, stop: 10_000 };

interface Living {
  readonly name: string;
  readonly life: Lifecycle;
}

/** A plugin that could not be set up. */
export class SetupError extends Error {
  override readonly name = "SetupError";

  /** @param plugin As the operator knows it: `storage sqlite`. */
  constructor(plugin: string, cause: unknown) {
    super(`${plugin}: ${messageOf(cause)}`, { cause });
  }
}

/** The plugins that have been set up. Disposing stops them, in reverse. */
export class PluginLives implements AsyncDisposable {
  readonly #log: Logger;
  readonly #limits: LifecycleLimits;
  readonly #living: Living[] = [];

  constructor(log: Logger, limits: LifecycleLimits = usualLimits) {
    this.#log = log;
    this.#limits = limits;
  }

  /** Sets a plugin up, after those before it. @throws SetupError; the caller then disposes of those before it. */
  async setUp<Extension extends object>(
    name: string,
    setup: () => Promise<Extension & Lifecycle> | (Extension & Lifecycle),
  ): Promise<Extension> {
    const starting = Promise.try(setup);
    try {
      const life = await inTime(starting, this.#limits.setup, "was not set up");
      if (!isObject(life)) throw new TypeError("its setup gives nothing");
      this.#living.push({ name, life });
      return life;
    } catch (error) {
      // What comes up too late is stopped as well; what throws has cleaned up after itself.
      starting.then((late) => isObject(late) ? this.#stop({ name, life: late }) : undefined, () => {});
      throw new SetupError(name, error);
    }
  }

  /** Lets all finish the work in hand, the last first; gives up when the signal aborts. */
  async drain(deadline: AbortSignal): Promise<void> {
    for (const { name, life } of this.#living.toReversed()) {
      try {
        await unlessAborted(deadline, Promise.try(() => life.drain?.(deadline)));
      } catch (error) {
        this.#log.warn(`${name}: did not finish its work`, { error });
      }
    }
  }

  /** Stops one, before the others. */
  async stop(life: object): Promise<void> {
    const index = this.#living.findIndex((one) => one.life === life);
    const [found] = index < 0 ? [] : this.#living.splice(index, 1);
    if (found !== undefined) await this.#stop(found);
  }

  /** Stops all, the last first. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (let one = this.#living.pop(); one !== undefined; one = this.#living.pop()) await this.#stop(one);
  }

  async #stop({ name, life }: Living): Promise<void> {
    try {
      await inTime(Promise.try(() => life.stop?.()), this.#limits.stop, "did not stop");
    } catch (error) {
      this.#log.error(`${name}: did not stop as it should`, { error });
    }
  }
}

/** A plugin in JavaScript may give anything. */
function isObject(given: unknown): given is object {
  return typeof given === "object" && given !== null;
}
